import { digestOf } from "../../../lib/oci/digest.ts";
import { MEDIA_TYPES } from "../../../lib/oci/media-types.ts";
import { bytes, empty, refusal, withHeaders } from "./answers.ts";
import type { Exchange, FakeResponse, Handler } from "./exchange.ts";
import type { RouteOf } from "./route.ts";
import { countOf, type RegistryState } from "./state.ts";

type ManifestExchange = Exchange<RouteOf<"manifest">>;

/** Manifests as other registries serve them (P1 to P7, P35, P38). */
export async function manifestLayer(
  state: RegistryState,
  exchange: Exchange,
  next: Handler,
): Promise<FakeResponse> {
  const { route, method } = exchange;
  const { headManifest, get } = state.quirks;
  const isHead = method === "HEAD";
  if (route.kind !== "manifest" || (!isHead && method !== "GET")) return next(exchange);
  if (isHead && headManifest !== undefined) return empty(headManifest);
  if (!isHead && get !== undefined) {
    return refusal(get, { code: "DENIED", message: "requested access to the resource is denied" });
  }
  const manifest = { ...exchange, route };
  moveTag(state, manifest);
  const response = await next(manifest);
  return response.status === 200 ? served(state, manifest, response) : response;
}

/** P35: another push comes between two of our requests. */
function moveTag(state: RegistryState, exchange: ManifestExchange): void {
  const { retagAfter, untagAfter } = state.quirks;
  const { repository: path, reference } = exchange.route;
  const repository = state.store.get(path);
  const digest = repository?.tags.get(reference);
  const manifest = digest && repository?.manifests.get(digest);
  if (!repository || !manifest || (retagAfter ?? untagAfter) === undefined) return;
  const count = countOf(state, `moveTag ${path}:${reference}`);
  if (untagAfter !== undefined && count > untagAfter) repository.tags.delete(reference);
  if (retagAfter === undefined || count !== retagAfter + 1) return;
  const moved = Buffer.concat([manifest.bytes, Buffer.from("\n")]);
  repository.manifests.set(digestOf(moved), { mediaType: manifest.mediaType, bytes: moved });
  repository.tags.set(reference, digestOf(moved));
}

function served(
  state: RegistryState,
  exchange: ManifestExchange,
  response: FakeResponse,
): FakeResponse {
  const { strictAccept, convertToSchema1 } = state.quirks;
  const mediaType = String(response.headers["content-type"]);
  const isNamed = (exchange.headers["accept"] ?? "").includes(mediaType);
  if (!isNamed && strictAccept) {
    const message = "OCI index found, but accept header does not support OCI indexes";
    return refusal(404, { code: "MANIFEST_UNKNOWN", message });
  }
  if (!isNamed && convertToSchema1) return schema1(exchange);
  return withHeaders(response, oddHeaders(state, mediaType));
}

function oddHeaders(
  state: RegistryState,
  mediaType: string,
): Readonly<Record<string, string | undefined>> {
  const { noDigestHeader, digestHeader, contentType } = state.quirks;
  const remaining = state.quirks["ratelimit-remaining"];
  const types = {
    parameters: `${mediaType}; charset=utf-8`,
    missing: undefined,
    "text/plain": "text/plain",
  };
  return {
    ...((noDigestHeader || digestHeader) && { "docker-content-digest": digestHeader }),
    ...(contentType && { "content-type": types[contentType] }),
    ...(remaining && { "ratelimit-limit": "100;w=21600", "ratelimit-remaining": remaining }),
  };
}

function schema1(exchange: ManifestExchange): FakeResponse {
  const { repository: name, reference: tag } = exchange.route;
  const body = Buffer.from(JSON.stringify({ schemaVersion: 1, name, tag, fsLayers: [] }));
  return bytes(200, body, {
    "content-type": MEDIA_TYPES.dockerSchema1,
    "docker-content-digest": digestOf(body),
  });
}
