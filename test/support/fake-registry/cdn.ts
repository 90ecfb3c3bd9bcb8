import { isDigest } from "../../../lib/oci/digest.ts";
import { empty, json, text, withHeaders } from "./answers.ts";
import { blobEndpoint } from "./blobs.ts";
import type { Exchange, FakeResponse } from "./exchange.ts";
import type { RouteOf } from "./route.ts";
import { countOf, type RegistryState, sideOrigin } from "./state.ts";

const CDN_TOKEN = "cdn-token-for-anybody";

/** A redirect to where the blob can be had, presigned; `undefined` when it is served right here. */
export function blobRedirect(
  state: RegistryState,
  exchange: Exchange<RouteOf<"blob">>,
): FakeResponse | undefined {
  const { blobRedirect: where } = state.quirks;
  const { repository, digest } = exchange.route;
  const isRead = exchange.method === "GET" || exchange.method === "HEAD";
  if (where === undefined || !isRead || !holdsBlob(state, repository, digest)) return undefined;
  if (where === "loop") return empty(307, { location: exchange.url.href });
  const origins = {
    "other-port": sideOrigin(state, exchange.url),
    "same-host": exchange.url.origin,
  };
  const origin = where === "other-port" || where === "same-host" ? origins[where] : where;
  const path = `/cdn/${repository}/${encodeURIComponent(digest)}`;
  const query = `expires=${expiry(state)}&signature=presigned-secret`;
  return empty(307, { location: `${origin.replace(/\/$/, "")}${path}?${query}` });
}

/** The CDN behind the registry: blobs for whoever holds a presigned URL (A21, A22, P17, P18). */
export async function cdnEndpoint(
  state: RegistryState,
  exchange: Exchange<RouteOf<"cdn">>,
): Promise<FakeResponse> {
  const { cdnRejectsAuth, cdnChallenge } = state.quirks;
  const sent = exchange.headers["authorization"];
  if (cdnChallenge && sent !== `Bearer ${CDN_TOKEN}`) {
    const challenge = `Bearer realm="${sideOrigin(state, exchange.url)}/token",service="cdn"`;
    return withHeaders(text(401, "token wanted"), { "www-authenticate": challenge });
  }
  if (cdnRejectsAuth && sent !== undefined) return xml(400, "Only one auth mechanism allowed");
  const expires = Number(exchange.url.searchParams.get("expires"));
  if (expires !== 0 && expires <= state.clock.now()) return xml(403, "Request has expired");
  return blobEndpoint(state, exchange);
}

/** The CDN's own token server: anybody gets one. */
export async function cdnTokenEndpoint(): Promise<FakeResponse> {
  return json(200, { token: CDN_TOKEN, expires_in: 300 });
}

function holdsBlob(state: RegistryState, repository: string, digest: string): boolean {
  return isDigest(digest) && (state.store.get(repository)?.blobs.has(digest) ?? false);
}

/** Wall clock milliseconds at which the next presigned URL ends; 0 is never. */
function expiry(state: RegistryState): number {
  const { presignTtlMs } = state.quirks;
  const turn = countOf(state, "presigned");
  const ttlMs = typeof presignTtlMs === "object" ? presignTtlMs[turn - 1] : presignTtlMs;
  return ttlMs === undefined ? 0 : state.clock.now() + ttlMs;
}

function xml(status: number, message: string): FakeResponse {
  return text(status, `<Error><Message>${message}</Message></Error>`, "application/xml");
}
