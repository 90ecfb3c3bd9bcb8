import type { buildConnector } from "undici";
import { guardedLookup, refuseForbiddenHost } from "./address-guard.ts";
import type { ConnectionSettings } from "./origin-settings.ts";
import { openTunnel, proxyUnreachable } from "./proxy-tunnel.ts";
import { tlsOptions } from "./tls-options.ts";

/** Opens the sockets of one origin's pool. */
export type Connector = buildConnector.connector;

/** What a connector is made of. */
export interface ConnectorOptions {
  /** undici's own, which does the sockets and TLS. */
  readonly build: typeof buildConnector;
  readonly settings: ConnectionSettings;
  readonly isTls: boolean;
  readonly timeoutMs: number;
}

/** Node's 250 ms gives up good addresses that are an ocean away. */
const ADDRESS_ATTEMPT_MS = 1_000;

/**
 * Makes the connector of one origin: addresses are checked where the connection is made, so
 * nothing can come between the check and the use.
 *
 * Behind a proxy only addresses written out are checked, since the proxy resolves the names.
 *
 * @throws {FerryError} `TLS_SETTINGS_INVALID`; connecting gives `ADDRESS_FORBIDDEN`,
 * `PROXY_REFUSED` and `NETWORK_PROXY` besides the errors of sockets.
 */
export function createConnector(options: ConnectorOptions): Connector {
  const { build, settings, isTls, timeoutMs: timeout } = options;
  const tls = isTls ? tlsOptions(settings.tls) : {};
  const connect =
    settings.proxy === undefined
      ? build({
          timeout,
          lookup: guardedLookup(settings),
          autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
          ...tls,
        })
      : throughProxy(settings.proxy, build({ timeout, ...tls }), timeout);
  return (target, callback) => {
    refuseForbiddenHost(target.hostname, settings);
    connect(target, callback);
  };
}

/** `connect` dials the proxy for plain targets, and speaks TLS over a tunnel for the others. */
function throughProxy(proxy: URL, connect: Connector, timeoutMs: number): Connector {
  return (target, callback) => {
    const fail = (error: Error) => callback(error, null);
    if (target.protocol === "http:") {
      const { hostname, host, port, protocol } = proxy;
      connect({ hostname: hostname.replace(/^\[|\]$/g, ""), host, port, protocol }, (...result) =>
        result[0] ? fail(proxyUnreachable(proxy, result[0])) : callback(...result),
      );
      return;
    }
    const authority = target.port === "" ? `${target.host}:443` : (target.host ?? target.hostname);
    openTunnel(proxy, authority, timeoutMs).then(
      (httpSocket) => connect({ ...target, httpSocket }, callback),
      fail,
    );
  };
}
