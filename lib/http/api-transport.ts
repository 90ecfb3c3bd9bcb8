import type { Dispatcher } from "undici";
import { collect } from "../base/byte-stream.ts";
import { FerryError } from "../base/error.ts";
import { createConnector } from "./connector.ts";
import { headersOf } from "./headers.ts";
import { loadUndici, type Undici } from "./load-undici.ts";
import { networkError } from "./network-error.ts";
import type { ConnectionSettings } from "./origin-settings.ts";
import type { HttpRequest, HttpResponse, Transport } from "./transport.ts";

/** Where the transport learns how to reach an origin. */
export interface ApiTransportOptions {
  /** `undefined` for an origin nobody configured: public addresses and verified TLS only. */
  connectionFor(origin: string): ConnectionSettings | undefined;
}

const TIMEOUT_MS = 30_000;
const BODY_BYTES_MAX = 4 * 1024 * 1024;
const STRICT: ConnectionSettings = { allowPrivate: false, allowLoopback: false };

type Pool = InstanceType<Undici["Pool"]>;

/**
 * Makes the transport for the small calls of cloud APIs: whole bodies, over undici, which is
 * loaded with the first call. Registries are spoken to over the wire transport.
 *
 * Answers of more than 4 MiB are refused with `ANSWER_TOO_LARGE` (giveUp).
 */
export function createApiTransport(options: ApiTransportOptions): Transport {
  const pools = new Map<string, Promise<Pool>>();
  const poolOf = (url: URL): Promise<Pool> => {
    const known = pools.get(url.origin);
    if (known !== undefined) return known;
    const opening = openPool(url, options.connectionFor(url.origin) ?? STRICT);
    pools.set(url.origin, opening);
    return opening;
  };
  return {
    async send(request) {
      request.signal?.throwIfAborted();
      const pool = await poolOf(request.url);
      const body = await bodyOf(request);
      return new Promise((resolve, reject) =>
        exchange(pool, { request, body }, { resolve, reject }),
      );
    },
    async close() {
      const open = await Promise.allSettled(pools.values());
      await Promise.all(open.map((pool) => pool.status === "fulfilled" && pool.value.destroy()));
    },
  };
}

async function openPool(url: URL, settings: ConnectionSettings): Promise<Pool> {
  const { Pool, buildConnector: build } = await loadUndici();
  const isTls = url.protocol === "https:";
  const connect = createConnector({ build, settings, isTls, timeoutMs: TIMEOUT_MS });
  const timeouts = { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS };
  return new Pool(url.origin, { connect, connections: 4, ...timeouts });
}

async function bodyOf({ body }: HttpRequest): Promise<Uint8Array | undefined> {
  if (body === undefined || body instanceof Uint8Array) return body;
  return collect(body.stream, body.bytes);
}

interface Settling {
  resolve(response: HttpResponse): void;
  reject(error: unknown): void;
}

/** A request with its body at hand. */
interface WholeRequest {
  readonly request: HttpRequest;
  readonly body: Uint8Array | undefined;
}

function exchange(pool: Pool, { request, body }: WholeRequest, settling: Settling): void {
  const { method, url, headers = {}, signal } = request;
  const chunks: Buffer[] = [];
  let bytes = 0;
  let head: AnswerHead = { status: 0, headers: {} };
  let leave = (): void => undefined;
  pool.dispatch(
    { method, path: `${url.pathname}${url.search}`, headers: { ...headers }, body: body ?? null },
    {
      onRequestStart(controller) {
        const onAbort = (): void => controller.abort(new Error("aborted"));
        signal?.addEventListener("abort", onAbort, { once: true });
        leave = () => signal?.removeEventListener("abort", onAbort);
      },
      onResponseStart(_, status, received) {
        head = { status, headers: received };
      },
      onResponseData(controller, chunk) {
        bytes += chunk.byteLength;
        if (bytes > BODY_BYTES_MAX) controller.abort(tooLarge(url));
        else chunks.push(Buffer.from(chunk));
      },
      onResponseEnd() {
        leave();
        settling.resolve(responseOf(head, Buffer.concat(chunks)));
      },
      onResponseError(_, error) {
        leave();
        settling.reject(signal?.aborted ? signal.reason : networkError(error, request));
      },
    },
  );
}

/** An answer's status and headers as undici gives them. */
interface AnswerHead {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData["headers"];
}

function responseOf(head: AnswerHead, content: Uint8Array): HttpResponse {
  async function* body(): AsyncGenerator<Uint8Array> {
    if (content.byteLength > 0) yield content;
  }
  return {
    status: head.status,
    headers: headersOf(head.headers),
    body: body(),
    discard: async () => undefined,
  };
}

function tooLarge(url: URL): FerryError {
  return new FerryError(`the answer of ${url.host} is longer than ${BODY_BYTES_MAX} bytes`, {
    code: "ANSWER_TOO_LARGE",
    remedy: "giveUp",
  });
}
