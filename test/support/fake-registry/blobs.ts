import { isDigest } from "../../../lib/oci/digest.ts";
import type { BlobSource } from "../blob-source.ts";
import { empty, refusal } from "./answers.ts";
import { blobBody } from "./blob-body.ts";
import type { Exchange, FakeResponse } from "./exchange.ts";
import type { RouteOf } from "./route.ts";
import type { RegistryState } from "./state.ts";

type BlobExchange = Exchange<RouteOf<"blob"> | RouteOf<"cdn">>;

/** Bytes of a blob that are asked for: `end` is the one after the last. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Blobs (distribution-spec, *Pulling blobs*, *Deleting*), at the registry and at its CDN. */
export async function blobEndpoint(
  state: RegistryState,
  exchange: BlobExchange,
): Promise<FakeResponse> {
  const { repository: path, digest } = exchange.route;
  const repository = state.store.get(path);
  if (!isDigest(digest)) return refusal(400, { code: "DIGEST_INVALID", message: "not a digest" });
  const source = digest === state.quirks.dropBlob ? undefined : repository?.blobs.get(digest);
  const { lieOnHead } = state.quirks;
  if (!source && exchange.method === "HEAD" && (lieOnHead === true || lieOnHead === digest)) {
    return empty(200, { "docker-content-digest": digest });
  }
  if (!source) {
    return refusal(404, { code: "BLOB_UNKNOWN", message: "blob unknown", detail: { digest } });
  }
  if (exchange.method === "DELETE") {
    repository?.blobs.delete(digest);
    return empty(202);
  }
  return serveBlob(state, exchange, source);
}

function serveBlob(state: RegistryState, exchange: BlobExchange, source: BlobSource): FakeResponse {
  const { digest } = exchange.route;
  const base = {
    "content-type": "application/octet-stream",
    "docker-content-digest": digest,
    "accept-ranges": "bytes",
  };
  const asked = exchange.headers["range"];
  const range = asked === undefined ? undefined : parseRange(asked, source.bytes);
  if (range === "unsatisfiable") {
    return empty(416, { ...base, "content-range": `bytes */${source.bytes}` });
  }
  const wanted = range ?? { start: 0, end: source.bytes };
  const body =
    exchange.method === "HEAD"
      ? new Uint8Array()
      : blobBody(state, { source, digest, range: wanted, signal: exchange.signal });
  const headers = { ...base, "content-length": String(wanted.end - wanted.start) };
  if (!range) return { status: 200, headers, body };
  const contentRange = `bytes ${range.start}-${range.end - 1}/${source.bytes}`;
  return { status: 206, headers: { ...headers, "content-range": contentRange }, body };
}

/** Reads a `Range` header (RFC 9110, 14.1.2); what is no single range of bytes is ignored. */
function parseRange(header: string, size: number): ByteRange | "unsatisfiable" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header);
  const [, first = "", last = ""] = match ?? [];
  if (!match || (first === "" && last === "")) return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(size, Number(last) + 1);
  return start < end ? { start, end } : "unsatisfiable";
}
