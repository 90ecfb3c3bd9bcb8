import { collect } from "../../../lib/base/byte-stream.ts";
import { type Digest, digestAlgorithm, digestOf, isDigest } from "../../../lib/oci/digest.ts";
import { isTag } from "../../../lib/oci/reference.ts";
import { empty, refusal } from "./answers.ts";
import type { Exchange, FakeResponse } from "./exchange.ts";
import { type ManifestLinks, manifestLinks } from "./manifest-links.ts";
import type { RouteOf } from "./route.ts";
import type { RegistryState } from "./state.ts";
import { openRepository, type StoredManifest, type StoredRepository } from "./store.ts";

const MANIFEST_BYTES_MAX = 64 * 1024 * 1024;

/** Takes a manifest, under a tag or by digest (distribution-spec, *Pushing Manifests*). */
export async function putManifest(
  state: RegistryState,
  exchange: Exchange<RouteOf<"manifest">>,
): Promise<FakeResponse> {
  const { reference, repository: path } = exchange.route;
  const bytes = (await collect(exchange.body, MANIFEST_BYTES_MAX)) ?? new Uint8Array();
  const mediaType = exchange.headers["content-type"] ?? "";
  const links = manifestLinks(bytes);
  const problem = contentProblem(mediaType, links);
  if (!links || problem) {
    return refusal(400, { code: "MANIFEST_INVALID", message: problem ?? "manifest invalid" });
  }
  const digest = digestOf(bytes, isDigest(reference) ? digestAlgorithm(reference) : "sha256");
  if (isDigest(reference) && digest !== reference) {
    return refusal(400, { code: "DIGEST_INVALID", message: "digest does not match the content" });
  }
  if (!isDigest(reference) && !isTag(reference)) {
    return refusal(404, { code: "TAG_INVALID", message: "manifest tag did not match" });
  }
  const repository = openRepository(state.store, path);
  const missing = missingContent(state, repository, links);
  if (missing) return missing;
  return stored(exchange, links, { repository, digest, manifest: { mediaType, bytes } });
}

interface Accepted {
  readonly repository: StoredRepository;
  readonly digest: Digest;
  readonly manifest: StoredManifest;
}

function stored(
  exchange: Exchange<RouteOf<"manifest">>,
  links: ManifestLinks,
  { repository, digest, manifest }: Accepted,
): FakeResponse {
  const { reference, repository: path } = exchange.route;
  const asked = isDigest(reference) ? exchange.url.searchParams.getAll("tag") : [];
  repository.manifests.set(digest, manifest);
  for (const tag of isDigest(reference) ? asked : [reference]) repository.tags.set(tag, digest);
  return empty(201, {
    location: `/v2/${path}/manifests/${digest}`,
    "docker-content-digest": digest,
    ...(links.subject && { "oci-subject": links.subject }),
    ...(asked.length > 0 && { "oci-tag": asked }),
  });
}

function contentProblem(mediaType: string, links: ManifestLinks | undefined): string | undefined {
  if (!links) return "manifest invalid";
  if (links.mediaType !== undefined && links.mediaType !== mediaType) {
    return `Content-Type ${mediaType} is not the manifest's mediaType ${links.mediaType}`;
  }
  return mediaType === "" ? "Content-Type missing" : undefined;
}

function missingContent(
  state: RegistryState,
  repository: StoredRepository,
  links: ManifestLinks,
): FakeResponse | undefined {
  if (state.options.lenient) return undefined;
  const nowMs = state.clock.now();
  const isThere = (digest: Digest) =>
    repository.blobs.has(digest) && (repository.visibleAtMs.get(digest) ?? nowMs) <= nowMs;
  const blobs = links.blobs.filter((digest) => !isThere(digest));
  const children = links.children.filter((digest) => !repository.manifests.has(digest));
  const missing = [...blobs, ...children];
  if (missing.length === 0) return undefined;
  const entries = missing.map((digest) => ({
    code: "MANIFEST_BLOB_UNKNOWN",
    message: "blob unknown to registry",
    detail: { digest },
  }));
  return refusal(state.quirks.missingContent ?? 404, ...entries);
}
