import type { Socket } from "node:net";
import { FerryError } from "../base/error.ts";

/** The `Proxy-Authorization` a proxy URL's user and password make; empty without them. */
export function proxyHeaders(proxy: URL): Readonly<Record<string, string>> {
  if (proxy.username === "") return {};
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(pair).toString("base64")}` };
}

/**
 * Opens a connection to `authority` through an HTTP proxy (RFC 9110, *CONNECT*).
 *
 * @param authority `host:port`.
 * @throws {FerryError} `PROXY_REFUSED`, `NETWORK_PROXY`.
 */
export function openTunnel(proxy: URL, authority: string, timeoutMs: number): Promise<Socket> {
  // Loaded here, since hardly any run needs them.
  const { request: send } = process.getBuiltinModule(
    proxy.protocol === "https:" ? "node:https" : "node:http",
  );
  return new Promise((resolve, reject) => {
    const request = send(proxy, {
      agent: false,
      method: "CONNECT",
      path: authority,
      timeout: timeoutMs,
      headers: { host: authority, ...proxyHeaders(proxy) },
    });
    request.once("connect", (response, socket) => {
      if (response.statusCode === 200) return resolve(socket.setTimeout(0));
      socket.destroy();
      reject(proxyRefused(proxy, authority, response.statusCode ?? 0));
    });
    request.once("timeout", () => request.destroy(new Error("no answer in time")));
    request.once("error", (cause) => reject(proxyUnreachable(proxy, cause)));
    request.end();
  });
}

/** The error of a proxy that cannot be reached. */
export function proxyUnreachable(proxy: URL, cause: Error): FerryError {
  return new FerryError(`proxy ${proxy.host} is not reachable: ${cause.message}`, {
    code: "NETWORK_PROXY",
    remedy: "retry",
    hint: "Check the registry's proxy setting and HTTP_PROXY, HTTPS_PROXY.",
    cause,
  });
}

function proxyRefused(proxy: URL, authority: string, status: number): FerryError {
  const needsLogin = status === 407;
  return new FerryError(`proxy ${proxy.host} answered ${status} to CONNECT ${authority}`, {
    code: "PROXY_REFUSED",
    remedy: needsLogin ? "fixInput" : status >= 500 ? "retry" : "giveUp",
    hint: needsLogin
      ? "Give the proxy's user and password in its URL."
      : "Ask whoever runs the proxy to let this host through.",
    status,
  });
}
