import { collect } from "../../../lib/base/byte-stream.ts";
import { digestOf, isDigest } from "../../../lib/oci/digest.ts";
import { MEDIA_TYPES } from "../../../lib/oci/media-types.ts";
import { type ErrorEntry, refusal, withHeaders } from "./answers.ts";
import type { Exchange, FakeResponse, Handler } from "./exchange.ts";
import { manifestLinks } from "./manifest-links.ts";
import type { RouteOf } from "./route.ts";
import { countOf, type RegistryState } from "./state.ts";

const READS: ReadonlySet<string> = new Set(["GET", "HEAD"]);
const BODY_BYTES_MAX = 64 * 1024 * 1024;
const EMPTY_CONFIG = "application/vnd.oci.empty.v1+json";

/** What other registries refuse to take (U27 to U38, P9). */
export async function pushLayer(
  state: RegistryState,
  exchange: Exchange,
  next: Handler,
): Promise<FakeResponse> {
  const { route, method } = exchange;
  if (READS.has(method) || !("repository" in route)) return next(exchange);
  const closed = closedDoor(
    state,
    route.repository,
    Number(exchange.headers["content-length"] ?? 0),
  );
  if (closed) return closed;
  if (route.kind !== "manifest") return next(exchange);
  const manifest = { ...exchange, route };
  if (method === "PUT") return pushManifest(state, manifest, next);
  const { delete: status } = state.quirks;
  if (method !== "DELETE" || status === undefined) return next(exchange);
  return refusal(status, { code: "UNSUPPORTED", message: "the operation is unsupported" });
}

/** Refusals that hold for every write into a repository. */
function closedDoor(state: RegistryState, path: string, bytes: number): FakeResponse | undefined {
  const { readOnly = 0, requireRepo, requireProject, quota } = state.quirks;
  if (readOnly > 0 && countOf(state, "readOnly") <= readOnly) {
    const detail = { is_readonly: true };
    return refusal(405, { code: "DENIED", message: "system is currently read-only", detail });
  }
  if (requireRepo && !state.made.has(path)) {
    const message = `The repository with name '${path}' does not exist`;
    return refusal(404, { code: "NAME_UNKNOWN", message });
  }
  const [project = ""] = path.split("/");
  if (requireProject && !state.made.has(project)) {
    return refusal(401, { code: "UNAUTHORIZED", message: `project ${project} not found` });
  }
  if (quota === undefined || heldBytes(state) + bytes <= quota) return undefined;
  const message = `adding ${bytes} bytes will exceed the configured upper limit of ${quota} bytes`;
  return refusal(403, { code: "DENIED", message });
}

function heldBytes(state: RegistryState): number {
  const blobs = [...state.store.values()].flatMap((repository) => [...repository.blobs]);
  return [...new Map(blobs).values()].reduce((sum, source) => sum + source.bytes, 0);
}

async function pushManifest(
  state: RegistryState,
  exchange: Exchange<RouteOf<"manifest">>,
  next: Handler,
): Promise<FakeResponse> {
  const body = (await collect(exchange.body, BODY_BYTES_MAX)) ?? new Uint8Array();
  const refused = refusedManifest(state, exchange, body) ?? immutableTag(state, exchange);
  if (refused) return refused;
  const stored = state.quirks.rewriteManifest ? Buffer.concat([body, Buffer.from("\n")]) : body;
  const response = await next(changed(state, exchange, stored));
  return state.quirks.noSubject ? withHeaders(response, { "oci-subject": undefined }) : response;
}

/** The request as the endpoint shall see it: its body once more, rewritten (U35), less tags (U37). */
function changed(
  state: RegistryState,
  exchange: Exchange<RouteOf<"manifest">>,
  body: Uint8Array,
): Exchange {
  const { route } = exchange;
  const url = new URL(exchange.url);
  if (state.quirks.multiTag === false) url.searchParams.delete("tag");
  const renamed = state.quirks.rewriteManifest && isDigest(route.reference);
  const reference = renamed ? digestOf(body) : route.reference;
  return { ...exchange, url, route: { ...route, reference }, body: once(body) };
}

async function* once(body: Uint8Array) {
  yield body;
}

function refusedManifest(
  state: RegistryState,
  exchange: Exchange<RouteOf<"manifest">>,
  body: Uint8Array,
): FakeResponse | undefined {
  const { maxManifest, refuse = [] } = state.quirks;
  const mediaType = exchange.headers["content-type"] ?? "";
  if (maxManifest && body.byteLength > maxManifest.bytes) {
    return refusal(maxManifest.status, { code: "MANIFEST_INVALID", message: "manifest too large" });
  }
  if (refuse.includes("oci-index") && mediaType === MEDIA_TYPES.ociIndex) {
    const message = "Invalid image, fail to parse 'manifest.json'";
    return refusal(400, { code: "MANIFEST_INVALID", message });
  }
  if (refuse.includes("oci-empty") && manifestLinks(body)?.configType === EMPTY_CONFIG) {
    return refusal(403, { code: "DENIED", message: `unknown manifest class for ${EMPTY_CONFIG}` });
  }
  return undefined;
}

/** Refuses to set a tag that is set, be it to the same digest (U27). */
function immutableTag(
  state: RegistryState,
  exchange: Exchange<RouteOf<"manifest">>,
): FakeResponse | undefined {
  const { immutable } = state.quirks;
  const { reference: tag, repository: path } = exchange.route;
  if (immutable === undefined || !state.store.get(path)?.tags.has(tag)) return undefined;
  const words: Readonly<Record<typeof immutable, readonly [number, ErrorEntry]>> = {
    ecr: [
      400,
      {
        code: "TAG_INVALID",
        message: `The image tag '${tag}' already exists in the '${path}' repository and cannot be overwritten because the repository is immutable.`,
      },
    ],
    harbor: [
      412,
      {
        code: "PRECONDITION",
        message: `Failed to process request due to '${path}:${tag}' configured as immutable.`,
      },
    ],
    quay: [409, { code: "TAG_IMMUTABLE", message: `tag ${tag} is immutable` }],
  };
  const [status, entry] = words[immutable];
  return refusal(status, entry);
}
