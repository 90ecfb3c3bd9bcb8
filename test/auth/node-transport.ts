import { request as httpRequest, type IncomingMessage } from "node:http";
import { headersOf } from "../../lib/http/headers.ts";
import type { HttpRequest, Transport } from "../../lib/http/transport.ts";

/**
 * A small transport over `node:http`. `routes` sends requests for an origin to a local server, so
 * that tests can speak to `https://auth.docker.io` without leaving the machine.
 */
export function nodeTransport(routes: Readonly<Record<string, URL>> = {}): Transport {
  return {
    async send(request) {
      const message = await exchange(request, routes[request.url.origin] ?? request.url);
      return {
        status: message.statusCode ?? 0,
        headers: headersOf(message.headersDistinct),
        body: message,
        discard: async () => {
          message.resume();
        },
      };
    },
    close: async () => {},
  };
}

function exchange(request: HttpRequest, target: URL): Promise<IncomingMessage> {
  const { method, url, headers = {}, body, signal } = request;
  const address = new URL(url.pathname + url.search, target);
  return new Promise((resolve, reject) => {
    const options = { method, headers, agent: false as const };
    const call = httpRequest(address, options, resolve);
    call.on("error", () => reject(signal?.reason ?? new Error("connection failed")));
    signal?.addEventListener("abort", () => call.destroy(), { once: true });
    call.end(body instanceof Uint8Array ? body : undefined);
  });
}
