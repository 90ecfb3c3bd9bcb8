import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Clock } from "../base/clock.ts";
import type { RawWebhook } from "../webhook/raw-webhook.ts";
import { BODY_BYTES_MAX as WEBHOOK_BYTES_MAX } from "../webhook/read-webhook.ts";
import type { WebhookAnswer } from "../webhook/webhook-answer.ts";
import type { ApiHandler, ApiRequest, ApiResponse } from "./api-request.ts";
import { type ListenAddress, listenOn } from "./listen-on.ts";
import { BODY_BYTES_MAX } from "./read-body.ts";
import { sendBody } from "./send-body.ts";

/** Who answers what a server is asked. */
export interface NodeHostOptions {
  readonly listen: ListenAddress;
  /** Everything but webhooks. */
  readonly api: ApiHandler;
  /** What is sent to `/webhooks/<route>`. */
  readonly webhook: (route: string, raw: RawWebhook) => Promise<WebhookAnswer>;
  readonly clock: Clock;
  readonly limits?: Partial<HostLimits>;
}

/** How much is taken of callers, so that none of them keeps out the others. */
export interface HostLimits {
  /** Connections at once; more are closed. */
  readonly connections: number;
  /** For the head of a request, milliseconds. */
  readonly headersMs: number;
  /** For a whole request. */
  readonly requestMs: number;
  /** A connection on which nothing moves is closed. */
  readonly idleMs: number;
}

/** A server that listens. */
export interface NodeHost {
  /** As it is bound: port 0 is another one by now. */
  readonly address: ListenAddress;
  /** Takes no connection any more. @returns when every request under way is answered. */
  close(graceMs: number): Promise<void>;
}

const LIMITS: HostLimits = {
  connections: 1_000,
  headersMs: 10_000,
  requestMs: 30_000,
  idleMs: 300_000,
};
const HEADER_BYTES_MAX = 16 * 1024;
/** Reaching the limits above is looked for so often. */
const LOOK_MS = 1_000;
const WEBHOOKS = "/webhooks/";

/**
 * Serves the API and webhooks from this process, by Node's own HTTP server.
 *
 * @throws {FerryError} `LISTEN_…` when the address cannot be had.
 */
export async function openNodeHost(options: NodeHostOptions): Promise<NodeHost> {
  const limits = { ...LIMITS, ...options.limits };
  const stop = new AbortController();
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: LOOK_MS,
    },
    (request, response) => void answer({ request, response }, options, stop.signal),
  );
  server.maxConnections = limits.connections;
  server.setTimeout(limits.idleMs);
  const address = await listenOn(server, options.listen);
  return {
    address,
    close: (graceMs) => {
      stop.abort();
      return closeServer(server, options.clock, graceMs);
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function answer(
  { request, response }: Exchange,
  { api, webhook }: NodeHostOptions,
  stopped: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  // What is written to a caller who is gone is nobody's concern.
  response.on("error", () => undefined);
  try {
    const { path, query } = splitTarget(request.url ?? "/");
    const isWebhook = path.startsWith(WEBHOOKS);
    const body = await readBody(request, isWebhook ? WEBHOOK_BYTES_MAX : BODY_BYTES_MAX);
    const raw = { method: request.method ?? "GET", query, headers: headersOf(request), body };
    if (isWebhook) {
      const { status, headers, body: text } = await webhook(path.slice(WEBHOOKS.length), raw);
      return await send(response, { status, headers, body: text }, stopped);
    }
    const signal = AbortSignal.any([gone.signal, stopped]);
    await send(response, await api({ ...raw, path, streams: true, signal }), stopped);
  } catch {
    // The caller is gone, or what it sent is no request: there is nobody to be told.
    response.destroy();
  }
}

async function send(
  response: ServerResponse,
  { status, headers, body }: ApiResponse,
  stopped: AbortSignal,
): Promise<void> {
  // A body that was not read to its end would be taken for the next request.
  if (stopped.aborted || !response.req.complete) response.setHeader("connection", "close");
  if (typeof body === "string" && body !== "") {
    response.setHeader("content-length", Buffer.byteLength(body));
  }
  response.writeHead(status, headers);
  await sendBody(response, body);
}

/** Reads a body; of one that is too large, one byte more than may be: enough to refuse it. */
async function readBody(request: IncomingMessage, bytesMax: number): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    parts.push(part);
    bytes += part.length;
    if (bytes > bytesMax) break;
  }
  return Buffer.concat(parts).subarray(0, bytesMax + 1);
}

function headersOf({ headers }: IncomingMessage): ApiRequest["headers"] {
  return new Map(
    Object.entries(headers).map(([name, value]) => [name, [value ?? []].flat().join(", ")]),
  );
}

/** A target is a path with a query, or, from a proxy's client, a whole URL (RFC 9112, 3.2). */
function splitTarget(target: string): { readonly path: string; readonly query: URLSearchParams } {
  const local = target.replace(/^https?:\/\/[^/?]*/i, "");
  const mark = local.indexOf("?");
  const path = mark < 0 ? local : local.slice(0, mark);
  return {
    path: path === "" ? "/" : path,
    query: new URLSearchParams(mark < 0 ? "" : local.slice(mark + 1)),
  };
}

/** Requests under way are answered; streams, which would go on for ever, end at once. */
function closeServer(server: Server, clock: Clock, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.schedule(graceMs, () => server.closeAllConnections());
    server.close(() => {
      cancel();
      resolve();
    });
  });
}
