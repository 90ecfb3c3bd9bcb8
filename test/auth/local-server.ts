import { createServer, type IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";

/** A request as the server saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What to answer; status 200 when left out. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}

/** A server on 127.0.0.1 that remembers what it was asked. */
export interface LocalServer {
  readonly url: URL;
  readonly seen: readonly Seen[];
  stop(): Promise<void>;
}

/** Starts a server that answers by `handler`; no answer leaves the request hanging. */
export async function startServer(
  handler: (request: Seen) => Reply | undefined,
): Promise<LocalServer> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://server");
    const { method = "", headers } = request;
    const body = await text(request);
    const one: Seen = { method, path: url.pathname, query: url.searchParams, headers, body };
    seen.push(one);
    const reply = handler(one);
    if (reply === undefined) return;
    for (const [name, value] of Object.entries(reply.headers ?? {})) {
      response.setHeader(name, value);
    }
    response.writeHead(reply.status ?? 200).end(reply.body ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: new URL(`http://127.0.0.1:${address.port}`),
    seen,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
