import { describe, expect, it } from "vitest";
import {
  disconnected,
  LOOPBACK,
  localTransport,
  serveBytes,
  serveHttp,
  serveRaw,
  textOf,
} from "./local-peers.ts";

const OK = "HTTP/1.1 200 OK\r\n";

describe("the wire transport, when the peer fails,", () => {
  it("names the request of a refused connection", async () => {
    const transport = localTransport();
    const url = new URL("http://127.0.0.1:9/v2/a/blobs/uploads/S3CRET?_state=S3CRET");
    const error = await transport.send({ method: "POST", url }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "NETWORK_REFUSED",
      remedy: "retry",
      message: "POST http://127.0.0.1:9/v2/a/blobs/uploads/…: connection refused",
    });
  });

  it("says that a name does not exist", async () => {
    const sent = localTransport().send({
      method: "GET",
      url: new URL("http://nowhere.invalid/v2/"),
    });
    await expect(sent).rejects.toMatchObject({ code: "NETWORK_DNS", remedy: "retry" });
  });

  it.each([
    ["hangs up after the request", "", "fin"],
    ["resets after the request", "", "rst"],
    ["breaks off within its headers", `${OK}content-le`, "fin"],
  ] as const)("takes it for a passing fault that it %s", async (_, answer, end) => {
    const peer = await serveBytes(answer, end);
    const sent = localTransport().send({ method: "GET", url: new URL(peer.origin) });
    await expect(sent).rejects.toMatchObject({ code: "NETWORK_RESET", remedy: "retry" });
  });

  it.each([
    ["by FIN", `${OK}content-length: 10\r\n\r\n12345`, "fin"],
    ["by RST", `${OK}content-length: 10\r\n\r\n12345`, "rst"],
    ["within chunks", `${OK}transfer-encoding: chunked\r\n\r\n5\r\n12345\r\n`, "fin"],
  ] as const)("gives what came of a body cut off %s, then the error", async (_, answer, end) => {
    const peer = await serveBytes(answer, end);
    const response = await localTransport().send({ method: "GET", url: new URL(peer.origin) });
    let text = "";
    const read = async () => {
      for await (const chunk of response.body) text += Buffer.from(chunk).toString();
    };
    await expect(read()).rejects.toMatchObject({
      remedy: "retry",
      code: expect.stringMatching(/^NETWORK_RESET|^CONTENT_LENGTH|^NETWORK_PROTOCOL/),
    });
    expect(text).toBe("12345");
  });

  it.each([
    ["no HTTP", "SSH-2.0-OpenSSH_9.0\r\n"],
    ["17 KiB of headers", `${OK}x: ${"y".repeat(17 * 1024)}\r\n\r\n`],
  ])("refuses an answer with %s", async (_, answer) => {
    const peer = await serveBytes(answer);
    const sent = localTransport().send({ method: "GET", url: new URL(peer.origin) });
    await expect(sent).rejects.toMatchObject({ code: "NETWORK_PROTOCOL", remedy: "retry" });
  });

  it("refuses an answer with two lengths", async () => {
    const peer = await serveBytes(`${OK}content-length: 1\r\ncontent-length: 2\r\n\r\n12`);
    const sent = localTransport().send({ method: "GET", url: new URL(peer.origin) });
    await expect(sent).rejects.toMatchObject({ code: "CONTENT_LENGTH", remedy: "retry" });
  });

  it("waits for headers no longer than it may", async () => {
    const peer = await serveRaw((socket) => void socket.resume());
    const transport = localTransport({ headersTimeoutMs: 50 });
    await expect(
      transport.send({ method: "GET", url: new URL(peer.origin) }),
    ).rejects.toMatchObject({
      code: "NETWORK_TIMEOUT",
      message: `GET ${peer.origin}/: no answer in time`,
    });
  });

  it("waits for more of a body no longer than it may", async () => {
    const peer = await serveBytes(`${OK}content-length: 10\r\n\r\n12345`);
    const transport = localTransport({ bodyTimeoutMs: 50 });
    const response = await transport.send({ method: "GET", url: new URL(peer.origin) });
    await expect(textOf(response)).rejects.toMatchObject({ code: "NETWORK_TIMEOUT" });
  });

  it("heeds an origin's own limit of silence before that of all", async () => {
    const silent = await serveRaw((socket) => void socket.resume());
    const halting = await serveBytes(`${OK}content-length: 10\r\n\r\n12345`);
    const transport = localTransport({ connectionFor: () => ({ ...LOOPBACK, stallMs: 50 }) });
    await expect(
      transport.send({ method: "GET", url: new URL(silent.origin) }),
    ).rejects.toMatchObject({ code: "NETWORK_TIMEOUT" });
    const response = await transport.send({ method: "GET", url: new URL(halting.origin) });
    await expect(textOf(response)).rejects.toMatchObject({ code: "NETWORK_TIMEOUT" });
  });

  it("refuses a header that would break out of its line", async () => {
    const sent = localTransport().send({
      method: "GET",
      url: new URL("http://127.0.0.1:9/"),
      headers: { authorization: "Bearer S3CRET\r\nx: y" },
    });
    const error = await sent.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "REQUEST_INVALID", remedy: "giveUp" });
    expect(String(error)).not.toContain("S3CRET");
  });
});

describe("the wire transport, when the caller aborts,", () => {
  const reason = new Error("the run was stopped");

  it("sends nothing with a signal that is aborted", async () => {
    const sent = localTransport().send({
      method: "GET",
      url: new URL("http://127.0.0.1:9/"),
      signal: AbortSignal.abort(reason),
    });
    await expect(sent).rejects.toBe(reason);
  });

  it("ends the wait for an answer and the connection", async () => {
    const peer = await serveRaw((socket) => void socket.resume());
    const stop = new AbortController();
    const url = new URL(peer.origin);
    const sent = localTransport().send({ method: "GET", url, signal: stop.signal });
    setTimeout(() => stop.abort(reason), 30);
    await expect(sent).rejects.toBe(reason);
    await disconnected(peer);
  });

  it("takes a waiting request back and leaves the connection to the others", async () => {
    const paths: (string | undefined)[] = [];
    const peer = await serveHttp((request, response) => {
      paths.push(request.url);
      setTimeout(() => response.end("ok"), 50);
    });
    const transport = localTransport({ connectionsPerOriginMax: 1 });
    const stop = new AbortController();
    const ask = (path: string, signal?: AbortSignal) =>
      transport.send({ method: "GET", url: new URL(path, peer.origin), ...(signal && { signal }) });
    const first = ask("/first").then(textOf);
    const second = ask("/second", stop.signal);
    const third = ask("/third").then(textOf);
    stop.abort(reason);
    await expect(second).rejects.toBe(reason);
    expect(await Promise.all([first, third])).toEqual(["ok", "ok"]);
    expect(paths).toEqual(["/first", "/third"]);
    expect(peer.connections).toHaveLength(1);
  });

  it("ends the body and the connection with the reason", async () => {
    const peer = await serveBytes(`${OK}content-length: 10\r\n\r\n12345`);
    const stop = new AbortController();
    const url = new URL(peer.origin);
    const response = await localTransport().send({ method: "GET", url, signal: stop.signal });
    const read = textOf(response);
    setTimeout(() => stop.abort(reason), 20);
    await expect(read).rejects.toBe(reason);
    await disconnected(peer);
  });
});

describe("the wire transport's address guard", () => {
  it.each([
    "http://127.0.0.1:9/",
    "http://[::1]:9/",
    "http://2130706433:9/",
    "http://localhost:9/",
  ])("refuses %s as a derived host", async (url) => {
    const transport = localTransport({ connectionFor: () => undefined });
    await expect(transport.send({ method: "GET", url: new URL(url) })).rejects.toMatchObject({
      code: "ADDRESS_FORBIDDEN",
      remedy: "giveUp",
    });
  });

  it("reaches a configured host by name", async () => {
    const peer = await serveHttp((_, response) => response.end("hello"));
    const origin = `http://localhost:${peer.port}`;
    const transport = localTransport({
      connectionFor: (asked) => (asked === origin ? LOOPBACK : undefined),
    });
    const response = await transport.send({ method: "GET", url: new URL("/v2/", origin) });
    expect(await textOf(response)).toBe("hello");
  });

  it("lets a host in once it is configured, though it was refused as a derived one", async () => {
    const peer = await serveHttp((_, response) => response.end("hello"));
    let settings: typeof LOOPBACK | undefined;
    const transport = localTransport({ connectionFor: () => settings });
    const request = { method: "GET", url: new URL(peer.origin) } as const;
    await expect(transport.send(request)).rejects.toMatchObject({ code: "ADDRESS_FORBIDDEN" });
    settings = LOOPBACK;
    expect(await textOf(await transport.send(request))).toBe("hello");
  });
});
