import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { collect } from "../../lib/base/byte-stream.ts";
import { createApiTransport } from "../../lib/http/api-transport.ts";
import type { ConnectionSettings } from "../../lib/http/origin-settings.ts";

const LOCAL: ConnectionSettings = { allowPrivate: true, allowLoopback: true };
const BYTES_MAX = 8 * 1024 * 1024;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server, and a transport that may speak to it. */
async function openPair(answer: Answer, settings: ConnectionSettings | undefined = LOCAL) {
  const server = createServer(answer);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const transport = createApiTransport({ connectionFor: () => settings });
  onTestFinished(async () => {
    await transport.close();
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { transport, url: new URL(`http://127.0.0.1:${port}/api?x=1`) };
}

describe("API transport", () => {
  it("sends a body and headers, and gives status, headers and the whole answer", async () => {
    const { transport, url } = await openPair((request, response) => {
      response.setHeader("x-seen", `${request.method} ${request.url} ${request.headers["x-own"]}`);
      response.statusCode = 201;
      request.pipe(response);
    });
    const body = Buffer.from('{"a":1}');
    const headers = { "x-own": "mine" };
    const answer = await transport.send({ method: "POST", url, headers, body });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("x-seen")).toBe("POST /api?x=1 mine");
    expect(Buffer.from((await collect(answer.body, BYTES_MAX)) ?? []).toString()).toBe('{"a":1}');
  });

  it("sends a streamed body whole", async () => {
    const { transport, url } = await openPair((request, response) => void request.pipe(response));
    async function* stream() {
      yield Buffer.from("one ");
      yield Buffer.from("two");
    }
    const answer = await transport.send({
      method: "PUT",
      url,
      body: { stream: stream(), bytes: 7 },
    });
    expect(Buffer.from((await collect(answer.body, BYTES_MAX)) ?? []).toString()).toBe("one two");
  });

  it("refuses addresses that nobody configured", async () => {
    const { transport, url } = await openPair((_, response) => response.end(), {
      allowPrivate: false,
      allowLoopback: false,
    });
    await expect(transport.send({ method: "GET", url })).rejects.toMatchObject({
      code: "ADDRESS_FORBIDDEN",
    });
  });

  it("gives up an answer that does not end", async () => {
    const { transport, url } = await openPair((_, response) => {
      const chunk = Buffer.alloc(1024 * 1024);
      const write = (): void => {
        while (response.write(chunk) && !response.destroyed);
      };
      response.on("drain", write);
      write();
    });
    await expect(transport.send({ method: "GET", url })).rejects.toMatchObject({
      code: "ANSWER_TOO_LARGE",
      remedy: "giveUp",
    });
  });

  it("tells a connection that broke as one to retry", async () => {
    const { transport, url } = await openPair((request) => request.socket.destroy());
    await expect(transport.send({ method: "GET", url })).rejects.toMatchObject({
      code: "NETWORK_RESET",
      remedy: "retry",
    });
  });

  it("ends with the signal's reason", async () => {
    const stop = new AbortController();
    const { transport, url } = await openPair(() => stop.abort(new Error("enough")));
    const sent = transport.send({ method: "GET", url, signal: stop.signal });
    await expect(sent).rejects.toThrow("enough");
  });
});
