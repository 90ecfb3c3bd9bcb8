import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { HttpMethod } from "../../lib/http/transport.ts";
import {
  disconnected,
  localTransport,
  serveBytes,
  serveHttp,
  serveRaw,
  textOf,
} from "./local-peers.ts";

const MIB = 1024 * 1024;

describe("the wire transport", () => {
  it("sends a request as it is and gives the answer as it came", async () => {
    const peer = await serveHttp((request, response) => {
      response.writeHead(307, [
        ["Location", "/elsewhere"],
        ["Link", "</a>; rel=first"],
        ["Link", "</b>; rel=next"],
        ["Content-Encoding", "gzip"],
      ]);
      response.end(JSON.stringify([request.method, request.url, request.headers]));
    });
    const response = await localTransport().send({
      method: "GET",
      url: new URL("/v2/a/tags/list?n=1&last=%2F", peer.origin),
      headers: { accept: "application/json", range: "bytes=0-9" },
    });
    expect(response.status).toBe(307);
    expect(response.headers.get("location")).toBe("/elsewhere");
    expect(response.headers.all("link")).toEqual(["</a>; rel=first", "</b>; rel=next"]);
    expect(response.headers.all("missing")).toEqual([]);
    expect(JSON.parse(await textOf(response))).toEqual([
      "GET",
      "/v2/a/tags/list?n=1&last=%2F",
      {
        host: `127.0.0.1:${peer.port}`,
        connection: "keep-alive",
        accept: "application/json",
        range: "bytes=0-9",
      },
    ]);
  });

  it("keeps the connection through every method, HEAD included", async () => {
    const peer = await serveHttp((request, response) => {
      request.resume().on("end", () => {
        response.writeHead(request.method === "DELETE" ? 204 : 200, { "content-length": 0 });
        response.end();
      });
    });
    const transport = localTransport();
    const methods: HttpMethod[] = ["HEAD", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "HEAD"];
    for (const method of methods) {
      const response = await transport.send({ method, url: new URL(peer.origin) });
      expect(await textOf(response)).toBe("");
      await delay(1);
    }
    expect(peer.connections).toHaveLength(1);
  });

  it("gives HEAD, 204 and 304 an empty body whatever their headers say", async () => {
    const peer = await serveHttp((request, response) => {
      const status = Number(request.url?.slice(1));
      response.writeHead(status, status === 200 ? { "content-length": 5000 } : {}).end();
    });
    const transport = localTransport();
    for (const [method, status] of [
      ["HEAD", 200],
      ["GET", 204],
      ["GET", 304],
    ] as const) {
      const response = await transport.send({ method, url: new URL(`/${status}`, peer.origin) });
      expect([response.status, await textOf(response)]).toEqual([status, ""]);
    }
  });

  it("holds the peer back while nobody reads", async () => {
    let written = 0;
    const peer = await serveHttp(async (_, response) => {
      const chunk = Buffer.alloc(64 * 1024);
      for (; written < 64 * MIB; written += chunk.length) {
        if (!response.write(chunk)) await new Promise((resolve) => response.once("drain", resolve));
      }
      response.end();
    });
    const response = await localTransport().send({ method: "GET", url: new URL(peer.origin) });
    await delay(300);
    const heldBack = written;
    expect(heldBack).toBeLessThan(32 * MIB);
    let read = 0;
    for await (const chunk of response.body) read += chunk.byteLength;
    expect(read).toBe(64 * MIB);
  });

  it("keeps the connection when a short rest is discarded, and drops it for a long one", async () => {
    const peer = await serveHttp((request, response) => {
      response.end(Buffer.alloc(request.url === "/long" ? 8 * MIB : 30_000));
    });
    const transport = localTransport();
    for (const path of ["/", "/", "/long"]) {
      const response = await transport.send({ method: "GET", url: new URL(path, peer.origin) });
      expect(peer.connections).toHaveLength(1);
      await response.discard();
      await delay(5);
    }
    await disconnected(peer);
  });

  it("discards a body that never comes within a second", async () => {
    const peer = await serveBytes("HTTP/1.1 416 No\r\ncontent-length: 9\r\n\r\n");
    const response = await localTransport().send({ method: "GET", url: new URL(peer.origin) });
    const startMs = performance.now();
    await response.discard();
    expect(performance.now() - startMs).toBeLessThan(5_000);
    expect(await textOf(response)).toBe("");
  });

  it("ends the connection when the reader stops early", async () => {
    const peer = await serveHttp((_, response) => response.end(Buffer.alloc(8 * MIB)));
    const response = await localTransport().send({ method: "GET", url: new URL(peer.origin) });
    for await (const _ of response.body) break;
    await disconnected(peer);
  });

  it("skips what is sent before the real answer", async () => {
    const peer = await serveBytes(
      "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
    );
    const response = await localTransport().send({ method: "GET", url: new URL(peer.origin) });
    expect([response.status, await textOf(response)]).toEqual([200, "ok"]);
  });

  it("asks over no more connections than it may", async () => {
    const peer = await serveHttp((_, response) => void setTimeout(() => response.end("x"), 10));
    const transport = localTransport({ connectionsPerOriginMax: 3 });
    const url = new URL(peer.origin);
    const answers = Array.from({ length: 12 }, async () =>
      textOf(await transport.send({ method: "GET", url })),
    );
    expect(new Set(await Promise.all(answers))).toEqual(new Set(["x"]));
    expect(peer.connections).toHaveLength(3);
  });

  it("takes nothing after it is closed", async () => {
    const peer = await serveHttp((_, response) => response.end());
    const transport = localTransport();
    await (await transport.send({ method: "GET", url: new URL(peer.origin) })).discard();
    await transport.close();
    await expect(
      transport.send({ method: "GET", url: new URL(peer.origin) }),
    ).rejects.toMatchObject({
      code: "TRANSPORT_CLOSED",
    });
  });

  it("gives way to a peer that closes idle connections", async () => {
    const peer = await serveRaw((socket) => {
      socket.on("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
    });
    const transport = localTransport();
    for (let i = 0; i < 3; i++) {
      const response = await transport.send({ method: "GET", url: new URL(peer.origin) });
      expect(await textOf(response)).toBe("ok");
      await delay(10);
    }
    expect(peer.connections).toHaveLength(3);
  });
});
