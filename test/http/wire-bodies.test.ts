import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import type { ByteStream } from "../../lib/base/byte-stream.ts";
import type { Transport } from "../../lib/http/transport.ts";
import {
  disconnected,
  LOOPBACK,
  type LocalPeer,
  localTransport,
  pem,
  serveHttp,
  serveHttps,
  serveRaw,
  textOf,
} from "./local-peers.ts";

const MIB = 1024 * 1024;

/** Bytes that differ everywhere, so that none can stand for others. */
function patterned(bytes: number, seed: number): Buffer {
  const content = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4)
    content.writeUInt32LE((at * 2654435761 + seed) >>> 0, at);
  return content;
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** A source of one body per path, `/<seed>`, in either scheme. */
function serveSource(scheme: "http" | "https", bytes: number): Promise<LocalPeer> {
  const serve = scheme === "http" ? serveHttp : serveHttps;
  return serve((request, response) => {
    const content = patterned(bytes, Number(request.url?.slice(1)));
    response.writeHead(200, { "content-length": bytes }).end(content);
  });
}

/** A sink that answers with the hash of what it got, and may read slowly. */
function serveSink(scheme: "http" | "https", pauseMs = 0): Promise<LocalPeer> {
  const serve = scheme === "http" ? serveHttp : serveHttps;
  return serve((request, response) => {
    const hash = createHash("sha256");
    request.on("end", () => response.end(hash.digest("hex"))).on("error", () => undefined);
    request.on("data", async (chunk: Buffer) => {
      hash.update(chunk);
      if (pauseMs === 0) return;
      request.pause();
      await delay(pauseMs);
      request.resume();
    });
  });
}

function tlsTransport(): Transport {
  return localTransport({ connectionFor: () => ({ ...LOOPBACK, tls: { ca: pem("ca") } }) });
}

/** Pipes one answer into one upload, and gives the hash the sink found. */
async function pipe(transport: Transport, source: URL, sink: URL, bytes: number): Promise<string> {
  const from = await transport.send({ method: "GET", url: source });
  const body = { stream: from.body, bytes };
  return textOf(await transport.send({ method: "PUT", url: sink, body }));
}

describe("a body piped from one socket into another", () => {
  it.each([
    ["http", "http", 0],
    ["https", "http", 0],
    ["http", "https", 0],
    ["https", "https", 0],
    ["http", "http", 2],
    ["https", "http", 2],
    ["https", "https", 2],
  ] as const)(
    "arrives whole from %s over %s, three at once, sink pausing %d ms",
    async (...way) => {
      const [from, to, pauseMs] = way;
      const bytes = 5 * MIB + 13;
      const [source, sink] = [await serveSource(from, bytes), await serveSink(to, pauseMs)];
      const transport = tlsTransport();
      const hashes = await Promise.all(
        [1, 2, 3].map((seed) =>
          pipe(transport, new URL(`/${seed}`, source.origin), new URL(sink.origin), bytes),
        ),
      );
      expect(hashes).toEqual([1, 2, 3].map((seed) => sha256(patterned(bytes, seed))));
      expect(await pipe(transport, new URL("/4", source.origin), new URL(sink.origin), bytes)).toBe(
        sha256(patterned(bytes, 4)),
      );
      expect([source.connections.length, sink.connections.length]).toEqual([3, 3]);
    },
  );

  it("arrives whole from a source that trickles", async () => {
    const content = patterned(200_000, 1);
    const source = await serveRaw((socket) => {
      socket.once("data", async () => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${content.length}\r\n\r\n`);
        for (let at = 0; at < content.length; at += 9_999) {
          socket.write(content.subarray(at, at + 9_999));
          await delay(1);
        }
      });
    });
    const sink = await serveSink("http");
    const [from, to] = [new URL(source.origin), new URL(sink.origin)];
    expect(await pipe(localTransport(), from, to, content.length)).toBe(sha256(content));
  });

  it("gives bytes that stay as they are until the next are asked for", async () => {
    const bytes = 2 * MIB;
    const source = await serveSource("http", bytes);
    const transport = localTransport();
    const read = async (seed: number): Promise<string> => {
      const hash = createHash("sha256");
      const { body } = await transport.send({
        method: "GET",
        url: new URL(`/${seed}`, source.origin),
      });
      for await (const chunk of body) {
        await delay(1);
        hash.update(chunk);
      }
      return hash.digest("hex");
    };
    const seeds = [1, 2, 3, 4, 5, 6];
    expect(await Promise.all(seeds.map(read))).toEqual(
      seeds.map((seed) => sha256(patterned(bytes, seed))),
    );
  });

  it("lets go of the source and both connections when the sink is reset", async () => {
    const source = await serveSource("http", 64 * MIB);
    const sink = await serveRaw((socket) => {
      let bytes = 0;
      socket.on("data", (chunk) => {
        bytes += chunk.length;
        if (bytes > MIB) socket.resetAndDestroy();
      });
    });
    const [from, to] = [new URL("/1", source.origin), new URL(sink.origin)];
    await expect(pipe(localTransport(), from, to, 64 * MIB)).rejects.toMatchObject({
      code: "NETWORK_RESET",
      remedy: "retry",
    });
    await disconnected(source);
  });

  it("passes the source's fault on and never completes the upload", async () => {
    const source = await serveRaw((socket) => {
      socket.once("data", () => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${4 * MIB}\r\n\r\n`);
        socket.end(Buffer.alloc(3 * MIB));
      });
    });
    const sink = await serveSink("http");
    const [from, to] = [new URL(source.origin), new URL(sink.origin)];
    await expect(pipe(localTransport(), from, to, 4 * MIB)).rejects.toMatchObject({
      message: expect.stringContaining(`GET ${source.origin}`),
    });
    await disconnected(sink);
  });
});

describe("a long body", () => {
  it.each([
    ["in the head", 10],
    ["right after the head", 200],
    ["within the first read", 20_000],
    ["in the middle", 1_000_000],
    ["before the last byte", 2 * MIB - 1 + 100],
  ])("cut off %s is a passing fault", async (_, atByte) => {
    const head = `HTTP/1.1 200 OK\r\nx-filler: ${"x".repeat(100)}\r\ncontent-length: ${2 * MIB}\r\n\r\n`;
    const answer = Buffer.concat([Buffer.from(head), Buffer.alloc(2 * MIB)]);
    const cut = Math.min(atByte, answer.length - 1);
    const peer = await serveRaw((socket) => {
      socket.once("data", () => socket.end(answer.subarray(0, cut)));
    });
    let bytes = 0;
    const read = async (): Promise<void> => {
      const request = { method: "GET", url: new URL(peer.origin) } as const;
      for await (const chunk of (await localTransport().send(request)).body) bytes += chunk.length;
    };
    await expect(read()).rejects.toMatchObject({ code: "NETWORK_RESET", remedy: "retry" });
    expect(bytes).toBe(Math.max(0, cut - head.length));
  });

  it("in chunks, and one that ends with its connection, are read as well", async () => {
    const content = patterned(3 * MIB, 1);
    const peer = await serveHttp((request, response) => {
      if (request.url === "/close") {
        response.useChunkedEncodingByDefault = false;
        response.removeHeader("transfer-encoding");
        response.setHeader("connection", "close");
      }
      response.write(content.subarray(0, MIB + 1));
      response.end(content.subarray(MIB + 1));
    });
    const transport = localTransport();
    for (const path of ["/chunked", "/close"]) {
      const { body } = await transport.send({ method: "GET", url: new URL(path, peer.origin) });
      const hash = createHash("sha256");
      for await (const chunk of body) {
        await delay(0);
        hash.update(chunk);
      }
      expect(hash.digest("hex")).toBe(sha256(content));
    }
  });

  it("longer than told is cut there, and its connection is not used again", async () => {
    const peer = await serveRaw((socket) => {
      socket.on("data", () => {
        const head = `HTTP/1.1 200 OK\r\ncontent-length: ${MIB}\r\n\r\n`;
        socket.write(Buffer.concat([Buffer.from(head), Buffer.alloc(MIB + 1)]));
      });
    });
    const transport = localTransport();
    for (let i = 0; i < 2; i++) {
      const response = await transport.send({ method: "GET", url: new URL(peer.origin) });
      expect(await textOf(response)).toHaveLength(MIB);
      await disconnected(peer, i);
    }
    expect(peer.connections).toHaveLength(2);
  });
});

describe("an upload", () => {
  it("that is refused early ends its source only when no write needs its bytes any more", async () => {
    const peer = await serveRaw((socket) => {
      socket.once("data", () => {
        socket.pause();
        socket.write("HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\n");
        setTimeout(() => socket.write("no"), 50);
      });
    });
    const shared = Buffer.alloc(256 * 1024);
    const state = { isLeft: false };
    async function* source(): ByteStream {
      try {
        for (;;) yield shared;
      } finally {
        state.isLeft = true;
      }
    }
    const response = await localTransport().send({
      method: "PUT",
      url: new URL(peer.origin),
      body: { stream: source(), bytes: 1024 * MIB },
    });
    expect({ status: response.status, ...state }).toEqual({ status: 413, isLeft: false });
    expect(await textOf(response)).toBe("no");
    await vi.waitUntil(() => state.isLeft);
  });

  it("whose answer comes in chunks keeps its connection", async () => {
    const peer = await serveHttp((request, response) => {
      request.resume().on("end", () => {
        response.write("o");
        response.end("k");
      });
    });
    const transport = localTransport();
    async function* source(): ByteStream {
      yield Buffer.alloc(100_000);
    }
    for (let i = 0; i < 2; i++) {
      const body = { stream: source(), bytes: 100_000 };
      const response = await transport.send({ method: "PUT", url: new URL(peer.origin), body });
      expect(await textOf(response)).toBe("ok");
    }
    expect(peer.connections).toHaveLength(1);
  });
});
