import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../lib/base/system-clock.ts";
import type { ApiRequest } from "../../lib/web/api-request.ts";
import { type NodeHostOptions, openNodeHost } from "../../lib/web/node-host.ts";
import type { RawWebhook } from "../../lib/webhook/raw-webhook.ts";

const ANY = { host: "127.0.0.1", port: 0 };

/** A host that notes what it is asked, and answers `ok`. */
async function openHost(options: Partial<NodeHostOptions> = {}) {
  const requests: ApiRequest[] = [];
  const webhooks: (RawWebhook & { readonly route: string })[] = [];
  const host = await openNodeHost({
    ...{ listen: ANY, clock: systemClock },
    api: async (request) => {
      requests.push(request);
      return { status: 200, headers: { "content-type": "text/plain" }, body: "ok" };
    },
    webhook: async (route, raw) => {
      webhooks.push({ ...raw, route });
      return { status: 202, headers: { "X-Own": "1" }, body: "{}" };
    },
    ...options,
  });
  const { port } = host.address;
  const close = () => host.close(1_000);
  onTestFinished(close);
  return { requests, webhooks, close, port, url: `http://127.0.0.1:${port}` };
}

/** A connection over which a test says what it likes; it collects the answer. */
async function dial(port: number) {
  const socket: Socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  let said = "";
  socket.setEncoding("latin1").on("data", (text) => {
    said += String(text);
  });
  socket.on("error", () => undefined);
  const ended = once(socket, "close");
  await once(socket, "connect");
  return { socket, ended, said: () => said };
}

describe("the host on Node", () => {
  it("gives requests on as they were sent", async () => {
    const { url, requests } = await openHost();
    const response = await fetch(`${url}/runs/a%2Fb?state=failed&state=x%20y`, {
      method: "POST",
      headers: { "X-Some": "Value" },
      body: Buffer.from([0, 255, 128]),
    });
    expect(await response.text()).toBe("ok");
    expect(response.headers.get("content-length")).toBe("2");
    const [request] = requests;
    expect(request).toMatchObject({ method: "POST", path: "/runs/a%2Fb", streams: true });
    expect(request?.query.getAll("state")).toEqual(["failed", "x y"]);
    expect(request?.headers.get("x-some")).toBe("Value");
    expect([...(request?.body ?? [])]).toEqual([0, 255, 128]);
  });

  it("gives webhooks on by the last part of their path", async () => {
    const { url, webhooks, requests } = await openHost();
    const response = await fetch(`${url}/webhooks/harbor?secret=s`, { method: "POST", body: "{}" });
    expect(response.status).toBe(202);
    expect(response.headers.get("x-own")).toBe("1");
    expect(webhooks).toMatchObject([{ route: "harbor", method: "POST" }]);
    expect(webhooks[0]?.query.get("secret")).toBe("s");
    expect(requests).toEqual([]);
  });

  it("understands targets that are whole URLs", async () => {
    const { port, requests } = await openHost();
    const { socket, ended } = await dial(port);
    socket.write(
      "GET http://other.test/healthz?a=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    await ended;
    expect(requests[0]).toMatchObject({ path: "/healthz" });
    expect(requests[0]?.query.get("a")).toBe("1");
  });

  it.each([
    ["/webhooks/harbor", 256 * 1024],
    ["/runs", 1024 * 1024],
  ])("reads no more of a body at %s than is needed to refuse it", async (path, bytesMax) => {
    const { url, requests, webhooks } = await openHost();
    const response = await fetch(`${url}${path}`, {
      method: "POST",
      body: Buffer.alloc(4 * bytesMax),
    }).catch(() => undefined);
    // Whoever is still sending may see the connection end before the answer.
    if (response !== undefined) expect(response.headers.get("connection")).toBe("close");
    expect([...requests, ...webhooks].map(({ body }) => body.length)).toEqual([bytesMax + 1]);
  });

  it("sends streams on part by part, and tells their maker when nobody listens", async () => {
    let isGone = false;
    async function* parts(signal: AbortSignal) {
      yield "one\n";
      await once(signal, "abort");
      isGone = true;
    }
    const { url } = await openHost({
      api: async ({ signal }) => ({ status: 200, headers: {}, body: parts(signal) }),
    });
    const caller = new AbortController();
    const response = await fetch(url, { signal: caller.signal });
    const reader = response.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("one\n");
    caller.abort();
    await expect.poll(() => isGone).toBe(true);
  });

  it("goes on when a caller leaves before the answer", async () => {
    let answered = 0;
    const { port, url } = await openHost({
      api: async ({ path, signal }) => {
        if (path === "/slow") await once(signal, "abort");
        answered++;
        return { status: 200, headers: {}, body: "x".repeat(100_000) };
      },
    });
    const { socket } = await dial(port);
    socket.write("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await expect.poll(() => answered).toBe(1);
    expect((await fetch(url)).status).toBe(200);
  });

  it("ends streams when it closes, and answers what is under way", async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let underWay = 0;
    async function* forever(signal: AbortSignal) {
      yield "one\n";
      await once(signal, "abort");
    }
    const { url, close } = await openHost({
      api: async ({ path, signal }) => {
        underWay++;
        if (path === "/events") return { status: 200, headers: {}, body: forever(signal) };
        await released;
        return { status: 200, headers: {}, body: "late" };
      },
    });
    const stream = fetch(`${url}/events`).then((response) => response.text());
    const late = fetch(`${url}/late`).then((response) => response.text());
    await expect.poll(() => underWay).toBe(2);
    const closed = close();
    expect(await stream).toBe("one\n");
    release();
    expect(await late).toBe("late");
    await closed;
    await expect(fetch(url)).rejects.toThrow();
  });

  it("cuts off callers that never come to the end of a request", async () => {
    const { port } = await openHost({ limits: { headersMs: 200, requestMs: 400 } });
    const slowHead = await dial(port);
    slowHead.socket.write("GET / HTTP/1.1\r\nX-Slow: ");
    const slowBody = await dial(port);
    slowBody.socket.write("POST /runs HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab");
    await Promise.all([slowHead.ended, slowBody.ended]);
    expect(slowHead.said()).toMatch(/^(?:HTTP\/1\.1 408 .*)?/);
    expect(slowBody.said()).not.toContain("ok");
  });

  it("refuses heads that are too large or no HTTP", async () => {
    const { port, requests } = await openHost();
    const large = await dial(port);
    large.socket.write(`GET / HTTP/1.1\r\nX-Large: ${"x".repeat(20_000)}\r\n\r\n`);
    const other = await dial(port);
    other.socket.write("\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n");
    await Promise.all([large.ended, other.ended]);
    expect(large.said()).toContain(" 431 ");
    expect(other.said()).toContain(" 400 ");
    expect(requests).toEqual([]);
  });

  it("takes so many connections and no more", async () => {
    const { port, url } = await openHost({ limits: { connections: 2 } });
    const kept = await Promise.all([dial(port), dial(port)]);
    await expect(fetch(url)).rejects.toThrow();
    for (const { socket } of kept) socket.destroy();
    await Promise.all(kept.map(({ ended }) => ended));
    await expect
      .poll(() =>
        fetch(url).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200);
  });

  it("says which address cannot be had", async () => {
    const { port } = await openHost();
    const listen = { host: "127.0.0.1", port };
    await expect(openHost({ listen })).rejects.toMatchObject({
      code: "LISTEN_IN_USE",
      message: `cannot listen on 127.0.0.1:${port}: EADDRINUSE`,
    });
  });
});
