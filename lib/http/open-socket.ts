import { connect, isIP, type OnReadOpts, type Socket, type TcpNetConnectOpts } from "node:net";
import type { ConnectionOptions } from "node:tls";
import type { Clock } from "../base/clock.ts";
import { guardedLookup, refuseForbiddenHost } from "./address-guard.ts";
import type { ConnectionSettings } from "./origin-settings.ts";
import { openTunnel, proxyUnreachable } from "./proxy-tunnel.ts";
import { type TlsOptions, tlsOptions } from "./tls-options.ts";
import { WireError } from "./wire-error.ts";

/** Where a socket puts what it reads, and whom it tells. */
export interface Landing extends OnReadOpts {
  /** The room for the next read; asked before it. */
  readonly buffer: () => Uint8Array;
}

/**
 * Opens one socket, ready to send on.
 *
 * @throws {FerryError} `ADDRESS_FORBIDDEN`, `PROXY_REFUSED`, `NETWORK_PROXY`; the errors of
 * sockets, {@link WireError} `WIRE_CONNECT_TIMEOUT`, and the signal's reason.
 */
export type OpenSocket = (landing: Landing, signal: AbortSignal) => Promise<Socket>;

/** What the sockets of one origin need to know. */
export interface SocketOptions {
  readonly origin: URL;
  readonly settings: ConnectionSettings;
  readonly clock: Clock;
  /** Until a connection stands, TLS included. */
  readonly timeoutMs: number;
}

/** Node's 250 ms gives up good addresses that are an ocean away. */
const ADDRESS_ATTEMPT_MS = 1_000;
/** When an idle connection is probed, so that routers between do not forget it. */
const PROBE_AFTER_MS = 60_000;

/**
 * Makes the opener of one origin's sockets: addresses are checked where the connection is made, so
 * nothing can come between the check and the use.
 *
 * Behind a proxy only addresses written out are checked, since the proxy resolves the names.
 *
 * @throws {FerryError} `TLS_SETTINGS_INVALID`.
 */
export function socketOpener(options: SocketOptions): OpenSocket {
  const { origin, settings } = options;
  const open = openerOf(options);
  return async (landing, signal) => {
    refuseForbiddenHost(origin.hostname, settings);
    return open(landing, signal);
  };
}

function openerOf(options: SocketOptions): OpenSocket {
  const { origin, settings } = options;
  const tls = origin.protocol === "https:" ? tlsOptions(settings.tls) : undefined;
  const { proxy } = settings;
  if (proxy === undefined)
    return dialer(origin, { ...options, tls, lookup: guardedLookup(settings) });
  if (tls !== undefined) return tunneler(proxy, { ...options, tls });
  const dial = dialer(proxy, {
    ...options,
    tls: proxy.protocol === "https:" ? tlsOptions() : undefined,
  });
  return (landing, signal) =>
    dial(landing, signal).catch((cause: Error) => {
      throw proxyUnreachable(proxy, cause);
    });
}

interface DialOptions extends SocketOptions {
  readonly tls: TlsOptions | undefined;
  readonly lookup?: TcpNetConnectOpts["lookup"];
}

/** Connects straight to where `to` names. */
function dialer(to: URL, { tls, lookup, ...options }: DialOptions): OpenSocket {
  const address = {
    host: to.hostname.replace(/^\[|\]$/g, ""),
    port: Number(to.port) || (to.protocol === "https:" ? 443 : 80),
    autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: PROBE_AFTER_MS,
    ...(lookup && { lookup }),
  };
  if (tls === undefined) {
    return (onread, signal) =>
      ready(connect({ ...address, onread }), "connect", { ...options, signal });
  }
  const secure = securer(address.host, tls);
  return (onread, signal) =>
    ready(secure({ ...address, onread }), "secureConnect", { ...options, signal });
}

/** Speaks TLS over a tunnel through a proxy. */
function tunneler(
  proxy: URL,
  { tls, ...options }: SocketOptions & { readonly tls: TlsOptions },
): OpenSocket {
  const { hostname, port } = options.origin;
  const secure = securer(hostname.replace(/^\[|\]$/g, ""), tls);
  return async (landing, signal) => {
    const tunnel = await openTunnel(proxy, `${hostname}:${port || 443}`, options.timeoutMs);
    const socket = secure({ socket: tunnel });
    // TLS over a socket that was there before reads into buffers of its own.
    socket.on("data", (bytes: Buffer) => {
      const room = landing.buffer();
      room.set(bytes);
      if (!landing.callback(bytes.byteLength, room)) socket.pause();
    });
    return ready(socket, "secureConnect", { ...options, signal });
  };
}

/** Starts TLS towards a host, with what the last session with it left. */
function securer(
  host: string,
  tls: TlsOptions,
): (options: ConnectionOptions & { readonly onread?: OnReadOpts }) => Socket {
  let session: Buffer | undefined;
  return (options) => {
    const socket = process.getBuiltinModule("node:tls").connect({
      ...tls,
      ...options,
      host,
      ...(isIP(host) === 0 && { servername: host }),
      ...(session && { session }),
      ALPNProtocols: ["http/1.1"],
    });
    socket.on("session", (next) => {
      session = next;
    });
    return socket;
  };
}

interface Patience extends SocketOptions {
  readonly signal: AbortSignal;
}

/** Waits until a socket can be used, and destroys one that cannot. */
function ready(
  socket: Socket,
  event: "connect" | "secureConnect",
  { clock, timeoutMs, signal }: Patience,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => () => {
      cancel();
      signal.removeEventListener("abort", onAbort);
      end();
    };
    const give = (error: Error) => void socket.destroy(error);
    const onAbort = () => give(new WireError("WIRE_SHUT"));
    const cancel = clock.schedule(timeoutMs, () => give(new WireError("WIRE_CONNECT_TIMEOUT")));
    signal.addEventListener("abort", onAbort);
    socket.once(
      event,
      settle(() => resolve(socket)),
    );
    socket.once("error", (error) => settle(() => reject(error))());
    socket.once(
      "close",
      settle(() => reject(new WireError("WIRE_CLOSED"))),
    );
    if (signal.aborted) onAbort();
  });
}
