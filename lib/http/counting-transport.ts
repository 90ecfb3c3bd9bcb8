import type { Transport } from "./transport.ts";

/** A transport that counts what goes through it. */
export interface CountingTransport extends Transport {
  /** Requests sent so far, by host. */
  readonly requests: ReadonlyMap<string, number>;
}

/** Counts the requests to each host, token requests and retries included. */
export function countRequests(transport: Transport): CountingTransport {
  const requests = new Map<string, number>();
  return {
    requests,
    send(request) {
      const { host } = request.url;
      requests.set(host, (requests.get(host) ?? 0) + 1);
      return transport.send(request);
    },
    close: () => transport.close(),
  };
}
