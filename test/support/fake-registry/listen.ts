import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { FakeResponse } from "./exchange.ts";
import type { Respond } from "./memory-transport.ts";

/** A server on 127.0.0.1. */
export interface Listening {
  readonly url: URL;
  readonly port: number;
  /** Stops it, and cuts what is under way. */
  close(): Promise<void>;
}

/** Serves over real sockets, on a free port. */
export async function listenOn(respond: Respond): Promise<Listening> {
  const server = createServer((incoming, outgoing) => void serve(respond, incoming, outgoing));
  server.requestTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    port,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(
  respond: Respond,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort(new Error("the client is gone")));
  try {
    const response = await respond({
      method: incoming.method ?? "GET",
      url: new URL(incoming.url ?? "/", `http://${incoming.headers.host}`),
      headers: flat(incoming.headers),
      body: incoming,
      signal: gone.signal,
    });
    await write(response, outgoing);
  } catch {
    incoming.socket.destroy();
  }
}

async function write(response: FakeResponse, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, mutable(response.headers));
  if (response.body instanceof Uint8Array) {
    outgoing.end(response.body);
    return;
  }
  outgoing.flushHeaders();
  await pipeline(Readable.from(response.body, { objectMode: false }), outgoing);
}

function flat(headers: IncomingMessage["headers"]): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === "object" ? value.join(", ") : value,
    ]),
  );
}

function mutable(headers: FakeResponse["headers"]): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === "string" ? value : [...value],
    ]),
  );
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}
