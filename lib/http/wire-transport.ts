import type { Clock } from "../base/clock.ts";
import { LandingBuffers } from "./landing-buffers.ts";
import { socketOpener } from "./open-socket.ts";
import type { ConnectionSettings } from "./origin-settings.ts";
import { proxyHeaders } from "./proxy-tunnel.ts";
import type { RequestRoute } from "./request-head.ts";
import type { HttpResponse, Transport } from "./transport.ts";
import type { WireLimits } from "./wire-connection.ts";
import { WireExchange } from "./wire-exchange.ts";
import { WirePool } from "./wire-pool.ts";

/** Limits of the transport, and where it learns how to reach an origin. */
export interface WireTransportOptions {
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

/**
 * Makes the real transport: HTTP/1.1 over sockets of our own, one pool of them per origin.
 *
 * Long bodies are read into buffers that are used again, and cross no queue and no copy on their
 * way from one socket into another.
 */
export function createWireTransport(options: WireTransportOptions): Transport {
  const limits: WireLimits = {
    clock: options.clock,
    buffers: new LandingBuffers(),
    headersMs: options.headersTimeoutMs ?? 30_000,
    stallMs: options.bodyTimeoutMs ?? 30_000,
    answerMs: options.answerTimeoutMs ?? 120_000,
    keepAliveMs: options.keepAliveMs ?? 30_000,
  };
  const pools = new Map<string, WirePool>();

  const poolOf = (url: URL): WirePool => {
    const { origin } = url;
    const settings = options.connectionFor(origin);
    // A host may be met as a redirect's target before it is known as a registry of the user's.
    const key = settings === undefined ? `derived ${origin}` : origin;
    const known = pools.get(key);
    if (known !== undefined) return known;
    const pool = openPool(new URL(origin), settings ?? STRICT, { ...options, limits });
    pools.set(key, pool);
    return pool;
  };

  return {
    send(request): Promise<HttpResponse> {
      const exchange = new WireExchange(request, options.clock);
      try {
        poolOf(request.url).send(exchange);
      } catch (error) {
        exchange.break(error);
      }
      return exchange.response;
    },
    async close() {
      for (const pool of pools.values()) pool.close();
    },
  };
}

function openPool(
  origin: URL,
  settings: ConnectionSettings,
  options: WireTransportOptions & { readonly limits: WireLimits },
): WirePool {
  const { clock, connectTimeoutMs: timeoutMs = 10_000 } = options;
  return new WirePool({
    openSocket: socketOpener({ origin, settings, clock, timeoutMs }),
    route: routeTo(origin, settings.proxy),
    limits: limitsOf(settings, options.limits),
    connectionsMax: options.connectionsPerOriginMax ?? 128,
  });
}

/** A registry that stores what it was sent may think about it for longer than it may be silent. */
const ANSWER_PER_STALL = 4;

function limitsOf({ stallMs }: ConnectionSettings, usual: WireLimits): WireLimits {
  if (stallMs === undefined) return usual;
  return { ...usual, stallMs, headersMs: stallMs, answerMs: stallMs * ANSWER_PER_STALL };
}

/** A proxy wants a plain request's whole URL; one over TLS passes through it unseen. */
function routeTo(origin: URL, proxy: URL | undefined): RequestRoute {
  if (proxy === undefined || origin.protocol === "https:") return { pathPrefix: "", headers: {} };
  return { pathPrefix: origin.origin, headers: proxyHeaders(proxy) };
}
