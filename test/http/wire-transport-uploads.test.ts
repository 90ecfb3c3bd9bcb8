import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import type { ByteStream } from "../../lib/base/byte-stream.ts";
import type { HttpRequest } from "../../lib/http/transport.ts";
import { localTransport, serveHttp, serveRaw, textOf } from "./local-peers.ts";

const KIB = 1024;

/** A source that counts what is taken from it and knows its end. */
function countedSource(chunks: number, chunkBytes = 64 * KIB) {
  const state = { given: 0, isClosed: false };
  async function* source(): ByteStream {
    try {
      for (; state.given < chunks; state.given++) {
        yield Buffer.alloc(chunkBytes, state.given);
        await delay(0);
      }
    } finally {
      state.isClosed = true;
    }
  }
  return { state, body: { stream: source(), bytes: chunks * chunkBytes } };
}

function put(origin: string, body: HttpRequest["body"], signal?: AbortSignal): HttpRequest {
  const url = new URL("/v2/a/blobs/uploads/1", origin);
  return { method: "PUT", url, ...(body && { body }), ...(signal && { signal }) };
}

/** A server that answers with the length it was told and the hash of what it got. */
const hashing = () =>
  serveHttp((request, response) => {
    const hash = createHash("sha256");
    request.on("error", () => undefined);
    request.on("data", (chunk: Buffer) => hash.update(chunk));
    request.on("end", () =>
      response.end(`${request.headers["content-length"]} ${hash.digest("hex")}`),
    );
  });

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describe("the wire transport, sending a body,", () => {
  it("sends bytes at hand and streams over one connection", async () => {
    const peer = await hashing();
    const transport = localTransport();
    const bytes = Buffer.from("manifest");
    const sent = await transport.send(put(peer.origin, bytes));
    expect(await textOf(sent)).toBe(`8 ${sha256(bytes)}`);
    for (let round = 0; round < 3; round++) {
      await delay(1);
      const { body } = countedSource(20);
      const whole = Buffer.concat(Array.from({ length: 20 }, (_, i) => Buffer.alloc(64 * KIB, i)));
      const streamed = await transport.send(put(peer.origin, body));
      expect(await textOf(streamed)).toBe(`${20 * 64 * KIB} ${sha256(whole)}`);
    }
    expect(peer.connections).toHaveLength(1);
  });

  it("sends an empty stream as an empty body", async () => {
    const peer = await hashing();
    const { body, state } = countedSource(0);
    const response = await localTransport().send(put(peer.origin, body));
    expect(await textOf(response)).toBe(`0 ${sha256(Buffer.alloc(0))}`);
    expect(state.isClosed).toBe(true);
  });

  it.each([401, 413])("delivers an early %d and stops reading the source", async (status) => {
    const peer = await serveHttp((request, response) => {
      request.once("data", () => {
        request.pause();
        response.writeHead(status, { "content-type": "text/plain" }).end("too large");
      });
    });
    const { body, state } = countedSource(100_000);
    const response = await localTransport().send(put(peer.origin, body));
    expect([response.status, await textOf(response)]).toEqual([status, "too large"]);
    await vi.waitUntil(() => state.isClosed);
    expect(state.given).toBeLessThan(1_000);
  });

  it("delivers an early answer while the source is stuck", async () => {
    const peer = await serveHttp((_, response) => response.writeHead(413).end("too large"));
    async function* stuck(): ByteStream {
      yield Buffer.from("1");
      await new Promise(() => undefined);
    }
    const response = await localTransport().send(put(peer.origin, { stream: stuck(), bytes: 9 }));
    expect([response.status, await textOf(response)]).toEqual([413, "too large"]);
  });

  it("reads its source no faster than the peer reads", async () => {
    const peer = await serveRaw((socket) => void socket.pause());
    const { body, state } = countedSource(2_000);
    const stop = new AbortController();
    const sent = localTransport().send(put(peer.origin, body, stop.signal));
    sent.catch(() => undefined);
    await delay(400);
    expect(state.given).toBeLessThan(1_000);
    stop.abort(new Error("enough"));
    await expect(sent).rejects.toThrow("enough");
    await vi.waitUntil(() => state.isClosed);
  });

  it("fails with the source's own error, before the body is complete", async () => {
    let isComplete = false;
    const peer = await serveHttp((request) => {
      request
        .on("error", () => undefined)
        .resume()
        .on("end", () => {
          isComplete = true;
        });
    });
    const broken = new Error("digest mismatch at the very end");
    async function* source(): ByteStream {
      yield Buffer.from("12345");
      throw broken;
    }
    const sent = localTransport().send(put(peer.origin, { stream: source(), bytes: 5 }));
    await expect(sent).rejects.toBe(broken);
    await delay(20);
    expect(isComplete).toBe(false);
  });

  it.each([
    ["short", 11, "only 10 bytes"],
    ["long", 9, "over 9 bytes"],
  ])("refuses a stream that is too %s", async (_, bytes, words) => {
    const peer = await hashing();
    const { body, state } = countedSource(2, 5);
    const sent = localTransport().send(put(peer.origin, { ...body, bytes }));
    await expect(sent).rejects.toMatchObject({
      code: "CONTENT_LENGTH",
      message: expect.stringContaining(words),
    });
    await vi.waitUntil(() => state.isClosed);
  });

  it("closes the source when no connection is made", async () => {
    const { body } = countedSource(5);
    let isClosed = false;
    const iterator = body.stream[Symbol.asyncIterator]();
    const stream: ByteStream = {
      [Symbol.asyncIterator]: () => ({
        next: () => iterator.next(),
        return: async () => {
          isClosed = true;
          return { done: true, value: undefined };
        },
      }),
    };
    const sent = localTransport().send(put("http://127.0.0.1:9", { stream, bytes: body.bytes }));
    await expect(sent).rejects.toMatchObject({ code: "NETWORK_REFUSED" });
    expect(isClosed).toBe(true);
  });

  it("gives up on a peer that stops reading", async () => {
    const peer = await serveRaw((socket) => void socket.pause());
    const { body, state } = countedSource(2_000);
    const sent = localTransport({ bodyTimeoutMs: 100 }).send(put(peer.origin, body));
    await expect(sent).rejects.toMatchObject({
      code: "NETWORK_TIMEOUT",
      message: expect.stringContaining("stopped reading the body"),
    });
    expect(state.isClosed).toBe(true);
  });

  it("lets a slow upload take its time, and waits for its answer no longer than it may", async () => {
    const peer = await serveRaw((socket) => void socket.resume());
    async function* slow(): ByteStream {
      for (let i = 0; i < 4; i++) {
        await delay(40);
        yield Buffer.from("x");
      }
    }
    const transport = localTransport({
      headersTimeoutMs: 50,
      bodyTimeoutMs: 50,
      answerTimeoutMs: 60,
    });
    const startMs = performance.now();
    const sent = transport.send(put(peer.origin, { stream: slow(), bytes: 4 }));
    await expect(sent).rejects.toMatchObject({
      code: "NETWORK_TIMEOUT",
      message: expect.stringContaining("no answer to the body in time"),
    });
    expect(performance.now() - startMs).toBeGreaterThan(200);
  });

  it("survives a source that is itself an answer being read", async () => {
    const peer = await hashing();
    const source = await serveHttp((_, response) => response.end(Buffer.alloc(3_000_000, 7)));
    const transport = localTransport();
    const from = await transport.send({ method: "GET", url: new URL(source.origin) });
    const body = { stream: from.body, bytes: 3_000_000 };
    const answer = await textOf(await transport.send(put(peer.origin, body)));
    expect(answer).toBe(`3000000 ${sha256(Buffer.alloc(3_000_000, 7))}`);
  });
});
