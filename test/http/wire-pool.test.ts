import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { ByteStream } from "../../lib/base/byte-stream.ts";
import { disconnected, localTransport, serveHttp, serveRaw, textOf } from "./local-peers.ts";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

describe("a connection that is used again", () => {
  it("and turns out to be closed costs a read nothing but another connection", async () => {
    const peer = await serveRaw((socket) => {
      let isFirst = true;
      socket.on("data", () => {
        if (isFirst) socket.write(OK);
        else socket.resetAndDestroy();
        isFirst = false;
      });
    });
    const transport = localTransport();
    for (const method of ["GET", "GET", "HEAD"] as const) {
      const response = await transport.send({ method, url: new URL(peer.origin) });
      expect(await textOf(response)).toBe(method === "GET" ? "ok" : "");
    }
    expect(peer.connections).toHaveLength(3);
  });

  it("fails a write, which may have been done", async () => {
    const peer = await serveRaw((socket) => {
      let isFirst = true;
      socket.on("data", () => {
        if (isFirst) socket.write(OK);
        else socket.resetAndDestroy();
        isFirst = false;
      });
    });
    const transport = localTransport();
    const url = new URL(peer.origin);
    await textOf(await transport.send({ method: "GET", url }));
    await expect(transport.send({ method: "POST", url })).rejects.toMatchObject({
      code: "NETWORK_RESET",
    });
    expect(peer.connections).toHaveLength(1);
  });

  it("fails a read whose answer had begun", async () => {
    const peer = await serveRaw((socket) => {
      let isFirst = true;
      socket.on("data", () => {
        if (isFirst) socket.write(OK);
        else socket.write("HTTP/1.1 2", () => socket.resetAndDestroy());
        isFirst = false;
      });
    });
    const transport = localTransport();
    const url = new URL(peer.origin);
    await textOf(await transport.send({ method: "GET", url }));
    await expect(transport.send({ method: "GET", url })).rejects.toMatchObject({
      code: "NETWORK_RESET",
    });
    expect(peer.connections).toHaveLength(1);
  });

  it("is given up when bytes come that nobody asked for", async () => {
    const peer = await serveRaw((socket) => {
      socket.once("data", () => {
        socket.write(OK);
        setTimeout(() => socket.write(OK), 20);
      });
    });
    const transport = localTransport();
    await textOf(await transport.send({ method: "GET", url: new URL(peer.origin) }));
    await disconnected(peer);
    await textOf(await transport.send({ method: "GET", url: new URL(peer.origin) }));
    expect(peer.connections).toHaveLength(2);
  });

  it("is closed before the other side says it will", async () => {
    const peer = await serveHttp((_, response) => {
      response.setHeader("keep-alive", "timeout=1");
      response.end("ok");
    });
    const transport = localTransport();
    for (let i = 0; i < 2; i++) {
      expect(await textOf(await transport.send({ method: "GET", url: new URL(peer.origin) }))).toBe(
        "ok",
      );
      await disconnected(peer, i);
    }
    expect(peer.connections).toHaveLength(2);
  });

  it("is not idle while an upload waits for its source", async () => {
    const peer = await serveHttp((request, response) => {
      request.resume().on("end", () => response.end("ok"));
    });
    const transport = localTransport({ keepAliveMs: 40, headersTimeoutMs: 40 });
    const url = new URL(peer.origin);
    await textOf(await transport.send({ method: "GET", url }));
    async function* slow(): ByteStream {
      await delay(150);
      yield Buffer.from("x");
    }
    const body = { stream: slow(), bytes: 1 };
    expect(await textOf(await transport.send({ method: "PUT", url, body }))).toBe("ok");
    expect(peer.connections).toHaveLength(1);
  });

  it("is closed after the time it may be idle", async () => {
    const peer = await serveHttp((_, response) => response.end("ok"));
    const transport = localTransport({ keepAliveMs: 50 });
    await textOf(await transport.send({ method: "GET", url: new URL(peer.origin) }));
    await disconnected(peer);
  });
});

describe("a pool", () => {
  it("reads an answer whose head comes in pieces", async () => {
    const peer = await serveRaw((socket) => {
      socket.once("data", async () => {
        for (const byte of OK) {
          socket.write(byte);
          await delay(1);
        }
      });
    });
    const response = await localTransport().send({ method: "GET", url: new URL(peer.origin) });
    expect([response.status, await textOf(response)]).toEqual([200, "ok"]);
  });

  it("breaks off what is under way, waits, or is just connecting when it is closed", async () => {
    const peer = await serveRaw((socket) => void socket.resume());
    const transport = localTransport({ connectionsPerOriginMax: 1 });
    const url = new URL(peer.origin);
    const sent = [1, 2, 3].map(() => transport.send({ method: "GET", url }));
    const closed = sent.map((one) =>
      expect(one).rejects.toMatchObject({ code: "TRANSPORT_CLOSED" }),
    );
    await transport.close();
    await Promise.all(closed);
  });

  it("goes on with those that wait when a connection breaks", async () => {
    const peer = await serveRaw((socket) => {
      socket.once("data", (request) => {
        if (String(request).includes("/break")) socket.resetAndDestroy();
        else socket.write(OK);
      });
    });
    const transport = localTransport({ connectionsPerOriginMax: 1 });
    const ask = (path: string) =>
      transport.send({ method: "GET", url: new URL(path, peer.origin) }).then(textOf);
    const [broken, waiting] = [ask("/break"), ask("/wait")];
    await expect(broken).rejects.toMatchObject({ code: "NETWORK_RESET" });
    expect(await waiting).toBe("ok");
  });
});
