import { gzipSync } from "node:zlib";
import { collect } from "../../../lib/base/byte-stream.ts";
import { refusal, withHeaders } from "./answers.ts";
import { standStill } from "./blob-body.ts";
import { blobRedirect } from "./cdn.ts";
import type { Exchange, FakeResponse, Handler } from "./exchange.ts";
import type { RegistryState } from "./state.ts";

const GZIP_BYTES_MAX = 64 * 1024 * 1024;

/** Blobs as other registries and CDNs serve them (A21, P17, P19 to P22, P25, P26, P28). */
export async function blobLayer(
  state: RegistryState,
  exchange: Exchange,
  next: Handler,
): Promise<FakeResponse> {
  const { route, method } = exchange;
  if (route.kind !== "blob" && route.kind !== "cdn") return next(exchange);
  const redirect = route.kind === "blob" && blobRedirect(state, { ...exchange, route });
  if (redirect) return redirect;
  if (method !== "GET") return next(exchange);
  const range = exchange.headers["range"];
  const { openRange } = state.quirks;
  if (openRange !== undefined && range?.endsWith("-")) {
    return refusal(openRange, { code: "BLOB_UNKNOWN", message: "range not understood" });
  }
  const response = await next({ ...exchange, headers: oddRange(state, exchange.headers, range) });
  switch (response.status) {
    case 200:
      return wholeBlob(state, response);
    case 206:
      return state.quirks.chunkedBlob ? withoutLength(response) : response;
    case 416:
      return state.quirks.range416 ? neverEnding(response, exchange.signal) : response;
    default:
      return response;
  }
}

/** P20, P21: the range is not seen, or starts late. */
function oddRange(
  state: RegistryState,
  headers: Exchange["headers"],
  range: string | undefined,
): Exchange["headers"] {
  const { range: ignored, rangeShift = 0 } = state.quirks;
  if (ignored) return { ...headers, range: undefined };
  const match = /^bytes=(\d+)-(\d*)$/.exec(range ?? "");
  if (!match || rangeShift === 0) return headers;
  return { ...headers, range: `bytes=${Number(match[1]) + rangeShift}-${match[2]}` };
}

async function wholeBlob(state: RegistryState, response: FakeResponse): Promise<FakeResponse> {
  const { extraBytes = 0, missingBytes = 0, gzipEncoding, chunkedBlob } = state.quirks;
  const length = Number(response.headers["content-length"]);
  if (gzipEncoding) return gzipped(response);
  if (chunkedBlob) return withoutLength(response);
  if (extraBytes + missingBytes === 0 || response.body instanceof Uint8Array) return response;
  const body = resized(response.body, length - missingBytes, extraBytes);
  const headers = { "content-length": String(length - missingBytes + extraBytes) };
  return withHeaders({ ...response, body }, headers);
}

async function gzipped(response: FakeResponse): Promise<FakeResponse> {
  if (response.body instanceof Uint8Array) return response;
  const plain = (await collect(response.body, GZIP_BYTES_MAX)) ?? new Uint8Array();
  const body = gzipSync(plain);
  const headers = { "content-encoding": "gzip", "content-length": String(body.byteLength) };
  return withHeaders({ ...response, body }, headers);
}

function withoutLength(response: FakeResponse): FakeResponse {
  return withHeaders(response, { "content-length": undefined });
}

function neverEnding(response: FakeResponse, signal: AbortSignal): FakeResponse {
  return withHeaders({ ...response, body: silence(signal) }, { "content-length": "100" });
}

async function* silence(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield await standStill(signal);
}

async function* resized(
  stream: AsyncIterable<Uint8Array>,
  bytes: number,
  extraBytes: number,
): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of stream) {
    if (left > 0) yield chunk.subarray(0, left);
    left -= chunk.byteLength;
  }
  if (extraBytes > 0) yield new Uint8Array(extraBytes);
}
