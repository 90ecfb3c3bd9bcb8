import { FerryError } from "../../lib/base/error.ts";
import { headersOf } from "../../lib/http/headers.ts";
import type { HttpRequest, HttpResponse, Transport } from "../../lib/http/transport.ts";
import type { FaultPlan } from "./faults.ts";
import type { SimProcess } from "./sim-process.ts";

/** The driver gives up an answer that has not begun by then. */
const ANSWER_MS = 60_000;
/** A body is read in so many parts, so that it can break between any two. */
const PARTS = 2;

/** What a registry answers instead, or that the connection breaks. */
export type Refusal =
  | "reset"
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> };

/** What a registry answers when it does not do what it was asked. */
export const REFUSALS: readonly Refusal[] = [
  "reset",
  { status: 503 },
  { status: 500 },
  { status: 429, headers: { "retry-after": "2" } },
  { status: 429 },
  { status: 502 },
];

/** Between a process and a registry. */
interface Way {
  readonly process: SimProcess;
  readonly faults: FaultPlan;
}

/** The network as one process reaches it. */
export function simTransport(inner: Transport, process: SimProcess, faults: FaultPlan): Transport {
  return {
    async send(request) {
      const response = await process.effect<HttpResponse>({
        kind: "request",
        label: `${request.method} ${request.url.host}${request.url.pathname}`,
        apply: () => inner.send(arriving(request, faults)),
        refuse: () => refusal(request, faults),
        loseAnswer: () => fail("NETWORK_RESET"),
        silence: { afterMs: ANSWER_MS, tell: () => fail("NETWORK_TIMEOUT") },
        signal: request.signal,
      });
      return inParts(response, request, { process, faults });
    },
    close: () => inner.close(),
  };
}

/** What has left in one piece arrives, even if whoever sent it does not wait for it any more. */
function arriving(request: HttpRequest, faults: FaultPlan): HttpRequest {
  const isStreamed = request.body !== undefined && "stream" in request.body;
  if (isStreamed || faults.pick(2) === 0) return request;
  const { signal: _, ...sent } = request;
  return sent;
}

function refusal(request: HttpRequest, faults: FaultPlan): HttpResponse {
  const isToSession = request.method !== "POST" && request.url.pathname.includes("/blobs/uploads/");
  const choice = faults.pick(REFUSALS.length + 1);
  const refused = REFUSALS[choice];
  if (refused === "reset") return fail("NETWORK_RESET");
  if (refused !== undefined) return answer(refused);
  if (!isToSession) return fail("NETWORK_REFUSED");
  const body = JSON.stringify({ errors: [{ code: "BLOB_UPLOAD_UNKNOWN", message: "gone" }] });
  return answer({ status: 404, headers: { "content-type": "application/json" } }, body);
}

function answer({ status, headers = {} }: Exclude<Refusal, "reset">, text = ""): HttpResponse {
  return {
    status,
    headers: headersOf(headers),
    body: once(Buffer.from(text)),
    discard: async () => undefined,
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.byteLength > 0) yield bytes;
}

/** Blobs come in parts, each an effect of its own; all else is short enough to come at once. */
function inParts(response: HttpResponse, request: HttpRequest, way: Way): HttpResponse {
  const { pathname } = request.url;
  const isBlob = request.method === "GET" && pathname.includes("/blobs/");
  if (!isBlob || response.status >= 300) return response;
  const gone = new AbortController();
  const signals = [gone.signal, ...(request.signal ? [request.signal] : [])];
  return {
    ...response,
    body: parts(response, { ...way, pathname, signal: AbortSignal.any(signals) }),
    discard: async () => gone.abort(new Error("the response was discarded")),
  };
}

async function* parts(
  response: HttpResponse,
  { process, faults, pathname, signal }: Way & { readonly pathname: string; signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  for await (const whole of response.body) {
    const bytes = Math.ceil(whole.byteLength / PARTS);
    for (let at = 0; at < whole.byteLength; at += bytes) {
      const part = await process.effect<Uint8Array | undefined>({
        kind: "chunk",
        label: `${at} of ${pathname}`,
        apply: () => whole.subarray(at, at + bytes),
        refuse: () => (faults.damages() ? flipped(whole.subarray(at, at + bytes)) : reset()),
        // The connection closes as if that were all.
        loseAnswer: () => undefined,
        silence: { afterMs: ANSWER_MS, tell: () => fail("NETWORK_TIMEOUT") },
        signal,
      });
      if (part === undefined) return;
      yield part;
    }
  }
}

function flipped(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => byte ^ 0xff);
}

function reset(): never {
  return fail("NETWORK_RESET");
}

function fail(code: string): never {
  throw new FerryError("the network failed", { code, remedy: "retry" });
}
