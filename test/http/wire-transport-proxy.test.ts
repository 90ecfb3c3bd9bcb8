import { createServer, type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import type { ConnectionSettings } from "../../lib/http/origin-settings.ts";
import {
  LOOPBACK,
  listening,
  localTransport,
  pem,
  serveHttp,
  serveHttps,
  textOf,
} from "./local-peers.ts";

const LOGIN = `Basic ${Buffer.from("scott:ti:ger").toString("base64")}`;

/** A small forward proxy that notes what it is asked for. */
async function serveProxy(status = 200) {
  const asked: string[] = [];
  const note = ({ method, url, headers }: IncomingMessage) =>
    asked.push(`${method} ${url} ${headers["proxy-authorization"] ?? "-"}`);
  const server = createServer((incoming, response) => {
    note(incoming);
    const onward = request(incoming.url ?? "", {
      method: incoming.method,
      headers: incoming.headers,
    });
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onward);
  });
  server.on("connect", (incoming: IncomingMessage, socket: Socket) => {
    note(incoming);
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const [host, port] = (incoming.url ?? "").split(":");
    const onward = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(onward).pipe(socket);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
  });
  return { ...(await listening(server, "http")), asked };
}

function transportThrough(proxy: string, settings: Partial<ConnectionSettings> = {}) {
  return localTransport({
    connectionFor: () => ({
      ...LOOPBACK,
      tls: { ca: pem("ca") },
      proxy: new URL(proxy),
      ...settings,
    }),
  });
}

const get = (url: string) => ({ method: "GET", url: new URL(url) }) as const;

describe("the wire transport behind a proxy", () => {
  it("asks it for plain origins by their whole URL", async () => {
    const peer = await serveHttp((incoming, response) =>
      response.end(`${incoming.url} for ${incoming.headers.host}`),
    );
    const proxy = await serveProxy();
    const transport = transportThrough(proxy.origin.replace("//", "//scott:ti%3Ager@"));
    const response = await transport.send(get(`${peer.origin}/v2/?n=1`));
    expect(await textOf(response)).toBe(`/v2/?n=1 for 127.0.0.1:${peer.port}`);
    expect(proxy.asked).toEqual([`GET ${peer.origin}/v2/?n=1 ${LOGIN}`]);
  });

  it("tunnels TLS through it, once per connection", async () => {
    const peer = await serveHttps((incoming, response) =>
      response.end(`${incoming.url} ${incoming.headers["proxy-authorization"] ?? "no login seen"}`),
    );
    const proxy = await serveProxy();
    const transport = transportThrough(proxy.origin.replace("//", "//scott:ti%3Ager@"));
    for (let i = 0; i < 2; i++) {
      const response = await transport.send(get(`${peer.origin}/v2/`));
      expect(await textOf(response)).toBe("/v2/ no login seen");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${peer.port} ${LOGIN}`]);
  });

  it("still checks the peer's certificate", async () => {
    const peer = await serveHttps((_, response) => response.end());
    const proxy = await serveProxy();
    const transport = transportThrough(proxy.origin, { tls: {} });
    await expect(transport.send(get(peer.origin))).rejects.toMatchObject({ code: "TLS_UNTRUSTED" });
  });

  it.each([
    [407, "fixInput"],
    [403, "giveUp"],
    [502, "retry"],
  ])("says that it answered %d, remedy %s", async (status, remedy) => {
    const proxy = await serveProxy(status);
    const transport = transportThrough(proxy.origin.replace("//", "//u:S3CRET@"));
    const error = await transport
      .send(get("https://r.example/v2/"))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "PROXY_REFUSED",
      remedy,
      status,
      message: `proxy 127.0.0.1:${proxy.port} answered ${status} to CONNECT r.example:443`,
    });
  });

  it.each(["http://r.example/", "https://r.example/"])(
    "says that it is down, for %s",
    async (url) => {
      const transport = transportThrough("http://u:S3CRET@127.0.0.1:9");
      const error = await transport.send(get(url)).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "NETWORK_PROXY", remedy: "retry" });
      expect(String(error)).toContain("127.0.0.1:9");
      expect(String(error)).not.toContain("S3CRET");
    },
  );

  it("does not ask it for forbidden addresses", async () => {
    const proxy = await serveProxy();
    const transport = transportThrough(proxy.origin);
    await expect(transport.send(get("http://169.254.169.254/latest"))).rejects.toMatchObject({
      code: "ADDRESS_FORBIDDEN",
    });
    expect(proxy.asked).toEqual([]);
  });
});
