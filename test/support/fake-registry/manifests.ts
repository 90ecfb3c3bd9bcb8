import { type Digest, isDigest } from "../../../lib/oci/digest.ts";
import { bytes, empty, refusal } from "./answers.ts";
import type { Exchange, FakeResponse } from "./exchange.ts";
import { putManifest } from "./manifest-push.ts";
import type { RouteOf } from "./route.ts";
import type { RegistryState } from "./state.ts";
import type { StoredRepository } from "./store.ts";

type ManifestExchange = Exchange<RouteOf<"manifest">>;

/** Manifests (distribution-spec, *Pulling manifests*, *Pushing Manifests*, *Deleting*). */
export async function manifestEndpoint(
  state: RegistryState,
  exchange: ManifestExchange,
): Promise<FakeResponse> {
  if (exchange.method === "PUT") return putManifest(state, exchange);
  const repository = state.store.get(exchange.route.repository);
  if (!repository)
    return refusal(404, { code: "NAME_UNKNOWN", message: "repository name not known" });
  const digest = digestFor(repository, exchange.route.reference);
  const manifest = digest && repository.manifests.get(digest);
  if (!digest || !manifest) {
    return refusal(404, { code: "MANIFEST_UNKNOWN", message: "manifest unknown" });
  }
  if (exchange.method === "DELETE") return deleteManifest(repository, exchange.route.reference);
  const etag = state.quirks.etag === false ? {} : { etag: `"${digest}"` };
  const named = exchange.headers["if-none-match"];
  if ("etag" in etag && named?.replaceAll('"', "") === digest) {
    return empty(304, { ...etag, "docker-content-digest": digest });
  }
  return bytes(200, manifest.bytes, {
    ...etag,
    "content-type": manifest.mediaType,
    "docker-content-digest": digest,
  });
}

function digestFor(repository: StoredRepository, reference: string): Digest | undefined {
  return isDigest(reference) ? reference : repository.tags.get(reference);
}

function deleteManifest(repository: StoredRepository, reference: string): FakeResponse {
  repository.tags.delete(reference);
  if (isDigest(reference)) {
    repository.manifests.delete(reference);
    for (const [tag, digest] of repository.tags) {
      if (digest === reference) repository.tags.delete(tag);
    }
  }
  return empty(202);
}
