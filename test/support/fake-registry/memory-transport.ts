import { FerryError } from "../../../lib/base/error.ts";
import { headersOf } from "../../../lib/http/headers.ts";
import type { HttpRequest, HttpResponse, Transport } from "../../../lib/http/transport.ts";
import { orAbort } from "../or-abort.ts";
import type { FakeRequest, FakeResponse } from "./exchange.ts";

/** Answers requests without a socket between. */
export type Respond = (request: FakeRequest) => Promise<FakeResponse>;

/**
 * A transport that calls what would answer at that address.
 *
 * It behaves as a network: a body of another length than announced is an error, an aborted
 * request ends at once, and a body nobody reads on is let go.
 *
 * @throws {FerryError} from `send`: `NETWORK_REFUSED` where nobody answers, `CONTENT_LENGTH`.
 */
export function memoryTransport(find: (url: URL) => Respond | undefined): Transport {
  return {
    close: async () => undefined,
    async send(request) {
      request.signal?.throwIfAborted();
      const respond = find(request.url);
      if (!respond) throw refused(request.url);
      const gone = new AbortController();
      const signal = request.signal ? AbortSignal.any([request.signal, gone.signal]) : gone.signal;
      const source = openBody(request);
      const answer = respond({
        method: request.method,
        url: new URL(request.url),
        headers: wireHeaders(request),
        body: announced(source, bytesOf(request), signal),
        signal,
      });
      try {
        return received(await orAbort(answer, signal), gone, signal);
      } finally {
        await source.return?.();
      }
    },
  };
}

function received(
  response: FakeResponse,
  gone: AbortController,
  signal: AbortSignal,
): HttpResponse {
  return {
    status: response.status,
    headers: headersOf(response.headers),
    body: delivered(response, signal),
    discard: async () => gone.abort(new Error("the response was discarded")),
  };
}

async function* delivered({ body }: FakeResponse, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) {
    signal.throwIfAborted();
    if (body.byteLength > 0) yield body.slice();
    return;
  }
  const iterator = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const step = await orAbort(iterator.next(), signal);
      if (step.done) return;
      yield step.value;
    }
  } finally {
    void iterator.return?.();
  }
}

function openBody({ body }: HttpRequest): AsyncIterator<Uint8Array> {
  if (body !== undefined && "stream" in body) return body.stream[Symbol.asyncIterator]();
  return once(body ?? new Uint8Array());
}

async function* once(body: Uint8Array): AsyncGenerator<Uint8Array> {
  if (body.byteLength > 0) yield body.slice();
}

function bytesOf({ body }: HttpRequest): number {
  if (body === undefined) return 0;
  return "stream" in body ? body.bytes : body.byteLength;
}

async function* announced(
  source: AsyncIterator<Uint8Array>,
  bytes: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for (;;) {
    const step = await orAbort(source.next(), signal);
    if (step.done) break;
    sent += step.value.byteLength;
    if (sent > bytes) break;
    yield step.value;
  }
  if (sent === bytes) return;
  throw new FerryError(`the body has ${sent} bytes, not the announced ${bytes}`, {
    code: "CONTENT_LENGTH",
    remedy: "retry",
  });
}

function wireHeaders(request: HttpRequest): Readonly<Record<string, string>> {
  const hasBody = request.body !== undefined || ["POST", "PUT", "PATCH"].includes(request.method);
  const length = hasBody ? { "content-length": String(bytesOf(request)) } : {};
  return { host: request.url.host, ...length, ...request.headers };
}

function refused(url: URL): FerryError {
  return new FerryError(`${url.origin}: connection refused`, {
    code: "NETWORK_REFUSED",
    remedy: "retry",
  });
}
