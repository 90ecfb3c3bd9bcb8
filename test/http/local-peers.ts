import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createServer as createRawServer, type Server, type Socket } from "node:net";
import type { TlsOptions } from "node:tls";
import { fileURLToPath } from "node:url";
import { onTestFinished, vi } from "vitest";
import { systemClock } from "../../lib/base/system-clock.ts";
import type { ConnectionSettings } from "../../lib/http/origin-settings.ts";
import type { HttpResponse, Transport } from "../../lib/http/transport.ts";
import { createWireTransport, type WireTransportOptions } from "../../lib/http/wire-transport.ts";

/** A server on this machine that ends with its test. */
export interface LocalPeer {
  readonly origin: string;
  readonly port: number;
  /** Connections made to it so far. */
  readonly connections: readonly Socket[];
}

/** PEM files of the test authority under test/support/tls. */
export function pem(name: "ca" | "server" | "server-key" | "client" | "client-key"): string {
  return readFileSync(
    fileURLToPath(new URL(`../support/tls/${name}.pem`, import.meta.url)),
    "utf8",
  );
}

/** A web server. */
export function serveHttp(listener: RequestListener): Promise<LocalPeer> {
  return listening(createServer(listener), "http");
}

/** A web server for localhost with a certificate of the test authority. */
export function serveHttps(
  listener: RequestListener,
  options: TlsOptions = {},
): Promise<LocalPeer> {
  const own = { cert: pem("server"), key: pem("server-key") };
  return listening(createTlsServer({ ...own, ...options }, listener), "https");
}

/** A server that says what the test makes it say. */
export function serveRaw(onConnection: (socket: Socket) => void): Promise<LocalPeer> {
  const server = createRawServer((socket) => {
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  return listening(server, "http");
}

/** A server that answers every request with these bytes, and may then hang up. */
export function serveBytes(
  answer: string,
  end: "keep" | "fin" | "rst" = "keep",
): Promise<LocalPeer> {
  return serveRaw((socket) => {
    socket.on("data", () => {
      socket.write(answer, () => {
        if (end === "fin") socket.end();
        if (end === "rst") socket.resetAndDestroy();
      });
    });
  });
}

/** Starts a server on a free port and ends it with its test. */
export async function listening(server: Server, scheme: string): Promise<LocalPeer> {
  const connections: Socket[] = [];
  server.on("connection", (socket) => connections.push(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of connections) socket.destroy();
    await closed;
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { origin: `${scheme}://127.0.0.1:${port}`, port, connections };
}

/** What most tests need: this machine may be connected to. */
export const LOOPBACK: ConnectionSettings = { allowPrivate: false, allowLoopback: true };

/** The real transport, allowed to reach this machine, closed with its test. */
export function localTransport(options: Partial<WireTransportOptions> = {}): Transport {
  const transport = createWireTransport({
    clock: systemClock,
    connectionFor: () => LOOPBACK,
    ...options,
  });
  onTestFinished(() => transport.close());
  return transport;
}

/** Reads a body as text. */
export async function textOf(response: HttpResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

/** Waits until a peer sees its `index`th connection end. */
export async function disconnected(peer: LocalPeer, index = 0): Promise<void> {
  await vi.waitUntil(() => peer.connections[index]?.destroyed === true, { timeout: 5_000 });
}
