import { describe, expect, it } from "vitest";
import type { Transport } from "../../../lib/http/transport.ts";
import { digestOf } from "../../../lib/oci/digest.ts";
import { createFakeRegistry, type FakeRegistry } from "../fake-registry.ts";
import { seedImage } from "../image-content.ts";
import { type PlainClient, type PlainResponse, plainClient } from "../plain-client.ts";
import { randomImage } from "../random-image.ts";
import { VirtualClock } from "../virtual-clock.ts";
import type { Quirks } from "./quirks.ts";

/** A blob to push. */
export const CONTENT = Buffer.from("0123456789");

/** Its digest. */
export const DIGEST = digestOf(CONTENT);

/** Size of the layer of {@link IMAGE}: several slices of the wire. */
export const LAYER_BYTES = 200_000;

/** What repository `a` holds under `v1`, `v2` and `v3`. */
export const IMAGE = randomImage({ seed: "quirks", layers: [LAYER_BYTES] });

/** Its manifest, as it is pushed. */
export const MANIFEST = IMAGE.manifests.get(IMAGE.root.digest)!;

/** Digest of its layer. */
export const LAYER = [...IMAGE.blobs.keys()][1]!;

/** Path of its layer. */
export const LAYER_PATH = `/v2/a/blobs/${LAYER}`;

/** Path of its manifest. */
export const MANIFEST_PATH = "/v2/a/manifests/v1";

/** A registry with switches on, and a client that takes everything as it comes. */
export interface Bench {
  readonly registry: FakeRegistry;
  readonly clock: VirtualClock;
  readonly transport: Transport;
  readonly client: PlainClient;
  get(path: string, headers?: Record<string, string>): Promise<PlainResponse>;
}

/** Starts a registry with these switches. */
export function openWith(quirks: Quirks): Bench {
  const clock = new VirtualClock();
  const registry = createFakeRegistry({ quirks, clock });
  for (const tag of ["v1", "v2", "v3"]) seedImage(registry, "a", tag, IMAGE);
  const transport = registry.transport();
  const client = plainClient(transport);
  const get: Bench["get"] = (path, headers = {}) => client.send("GET", path, { headers });
  return { registry, clock, transport, client, get };
}

/** Asks a new registry with these switches once. */
export function getWith(
  quirks: Quirks,
  path: string,
  headers: Record<string, string> = {},
): Promise<PlainResponse> {
  return openWith(quirks).get(path, headers);
}

/** One check for every switch of a family: a switch without one does not compile. */
export type SwitchChecks<Q> = Readonly<Record<keyof Q, () => Promise<void>>>;

/** Makes a test of each check. */
export function describeSwitches<Q>(family: string, checks: SwitchChecks<Q>): void {
  describe(family, () => {
    it.each(Object.entries<() => Promise<void>>(checks))("%s", async (_, check) => {
      expect.hasAssertions();
      await check();
    });
  });
}
