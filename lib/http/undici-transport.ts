import type { Clock } from "../base/clock.ts";
import { BufferRelease } from "./buffer-release.ts";
import { createConnector } from "./connector.ts";
import { Exchange } from "./exchange.ts";
import { loadUndici, type Undici } from "./load-undici.ts";
import type { ConnectionSettings } from "./origin-settings.ts";
import { proxyHeaders } from "./proxy-tunnel.ts";
import type { HttpRequest, HttpResponse, Transport } from "./transport.ts";

/** Limits of the transport, and where it learns how to reach an origin. */
export interface UndiciTransportOptions {
  readonly clock: Clock;
  /**
   * The settings of a configured origin (`https://host:port`); `undefined` for any other, which is
   * then held to public addresses and verified TLS.
   */
  connectionFor(origin: string): ConnectionSettings | undefined;
  /** Until a connection stands, TLS included; 10 s when left out. */
  readonly connectTimeoutMs?: number;
  /** From the request to the answer's headers; 30 s when left out. */
  readonly headersTimeoutMs?: number;
  /** From the last byte of a streamed body to the answer's headers; 2 minutes when left out. */
  readonly answerTimeoutMs?: number;
  /** Longest pause within a body, either way; 30 s when left out. */
  readonly bodyTimeoutMs?: number;
  /** 128 when left out; more requests wait. */
  readonly connectionsPerOriginMax?: number;
  /** How long an idle connection is kept; 30 s when left out. */
  readonly keepAliveMs?: number;
}

const STRICT: ConnectionSettings = { allowPrivate: false, allowLoopback: false };
const HEADER_BYTES_MAX = 16 * 1024;

/** One origin's connections, and what its proxy wants of each request. */
interface Route {
  readonly pool: InstanceType<Undici["Pool"]>;
  /** Goes before the path of a request. */
  readonly pathPrefix: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Makes the real transport: HTTP/1.1 over undici's connection pools, one per origin. */
export function createUndiciTransport(options: UndiciTransportOptions): Transport {
  const { clock, headersTimeoutMs = 30_000, bodyTimeoutMs = 30_000 } = options;
  const limits = {
    clock,
    stallMs: bodyTimeoutMs,
    answerMs: options.answerTimeoutMs ?? 120_000,
    buffers: new BufferRelease(),
  };
  const routes = new Map<string, Promise<Route>>();

  const routeTo = (origin: string): Promise<Route> => {
    const settings = options.connectionFor(origin);
    // A host may be met as a redirect's target before it is known as a registry of the user's.
    const key = `${settings === undefined ? "derived" : "configured"} ${origin}`;
    const known = routes.get(key);
    if (known !== undefined) return known;
    const opened = loadUndici().then((undici) =>
      openRoute(origin, settings ?? STRICT, { ...options, undici }),
    );
    routes.set(key, opened);
    return opened;
  };

  const dispatch = (request: HttpRequest, exchange: Exchange, route: Route): void => {
    const { method, url, body } = request;
    const isStreamed = body !== undefined && !(body instanceof Uint8Array);
    route.pool.dispatch(
      {
        method,
        path: `${route.pathPrefix}${url.pathname}${url.search}`,
        headers: {
          ...request.headers,
          ...route.headers,
          ...(isStreamed && { "content-length": String(body.bytes) }),
        },
        body: exchange.body,
        // While a body is sent, its own limits hold: undici's would count a slow upload as silence.
        headersTimeout: isStreamed ? 0 : headersTimeoutMs,
        bodyTimeout: bodyTimeoutMs,
        // Left to itself undici closes the connection after every HEAD.
        reset: false,
      },
      exchange,
    );
  };

  return {
    send(request): Promise<HttpResponse> {
      const exchange = new Exchange(request, limits);
      routeTo(request.url.origin)
        .then((route) => dispatch(request, exchange, route))
        .catch((error: unknown) => exchange.fail(error));
      return exchange.response;
    },
    async close() {
      const opened = await Promise.allSettled(routes.values());
      const open = opened.flatMap((route) => (route.status === "fulfilled" ? [route.value] : []));
      await Promise.all(open.map((route) => route.pool.destroy()));
    },
  };
}

function openRoute(
  origin: string,
  settings: ConnectionSettings,
  options: UndiciTransportOptions & { readonly undici: Undici },
): Route {
  const { undici } = options;
  const isTls = origin.startsWith("https:");
  const keepAliveMs = options.keepAliveMs ?? 30_000;
  const pool = new undici.Pool(origin, {
    connections: options.connectionsPerOriginMax ?? 128,
    pipelining: 1,
    maxHeaderSize: HEADER_BYTES_MAX,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    connect: createConnector({
      build: undici.buildConnector,
      settings,
      isTls,
      timeoutMs: options.connectTimeoutMs ?? 10_000,
    }),
  });
  // A proxy wants a plain request's whole URL; one over TLS passes through it unseen.
  if (settings.proxy === undefined || isTls) return { pool, pathPrefix: "", headers: {} };
  return { pool, pathPrefix: origin, headers: proxyHeaders(settings.proxy) };
}
