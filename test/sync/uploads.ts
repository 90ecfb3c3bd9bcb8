import type { Digest } from "../../lib/oci/digest.ts";
import type { FakeRegistry } from "../support/fake-registry.ts";

/** How many uploads a registry has closed, of every blob or of one. */
export function uploadsOf(registry: FakeRegistry, digest?: Digest): number {
  return registry.log.filter(
    ({ method, route, query, status }) =>
      method === "PUT" &&
      status === 201 &&
      route.kind === "upload" &&
      (digest === undefined || query.get("digest") === digest),
  ).length;
}
