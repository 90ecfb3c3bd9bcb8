import type { TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import { Secret } from "../../lib/base/secret.ts";
import type { ConnectionSettings, TlsSettings } from "../../lib/http/origin-settings.ts";
import {
  LOOPBACK,
  localTransport,
  pem,
  serveHttp,
  serveHttps,
  serveRaw,
  textOf,
} from "./local-peers.ts";

const CA = pem("ca");

async function ask(url: string, tls?: TlsSettings): Promise<string> {
  const settings: ConnectionSettings = { ...LOOPBACK, ...(tls && { tls }) };
  const transport = localTransport({ connectionFor: () => settings, connectTimeoutMs: 2_000 });
  return textOf(await transport.send({ method: "GET", url: new URL(url) }));
}

const greeting = () => serveHttps((_, response) => response.end("hello"));

describe("the wire transport over TLS", () => {
  it("refuses a certificate of an unknown authority, and says what to set", async () => {
    const { origin } = await greeting();
    await expect(ask(origin)).rejects.toMatchObject({
      code: "TLS_UNTRUSTED",
      remedy: "giveUp",
      message: expect.stringContaining(`GET ${origin}/: the certificate`),
      hint: expect.stringContaining("insecureSkipTlsVerify"),
    });
  });

  it("trusts the authority of the settings, by address and by name", async () => {
    const { origin, port } = await greeting();
    expect(await ask(origin, { ca: CA })).toBe("hello");
    expect(await ask(`https://localhost:${port}`, { ca: CA })).toBe("hello");
  });

  it("refuses a certificate made for something else", async () => {
    const peer = await serveHttps((_, response) => response.end(), {
      cert: pem("client"),
      key: pem("client-key"),
    });
    await expect(ask(peer.origin, { ca: CA })).rejects.toMatchObject({
      code: "TLS_UNTRUSTED",
      message: expect.stringContaining("INVALID_PURPOSE"),
    });
  });

  it("takes any certificate when told to", async () => {
    const { origin } = await greeting();
    expect(await ask(origin, { insecureSkipVerify: true })).toBe("hello");
  });

  it("shows its client certificate", async () => {
    const peer = await serveHttps(
      (request, response) => {
        const { authorized } = request.socket as TLSSocket;
        response.end(`authorized: ${authorized}`);
      },
      { ca: CA, requestCert: true, rejectUnauthorized: true },
    );
    const certificate = pem("client");
    const key = new Secret(pem("client-key"));
    expect(await ask(peer.origin, { ca: CA, certificate, key })).toBe("authorized: true");
    await expect(ask(peer.origin, { ca: CA })).rejects.toMatchObject({
      code: expect.stringMatching(/^TLS_HANDSHAKE$|^NETWORK_RESET$/),
    });
  });

  it("speaks TLS 1.2 at least", async () => {
    const peer = await serveHttps((_, response) => response.end(), {
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT@SECLEVEL=0",
    });
    await expect(ask(peer.origin, { ca: CA })).rejects.toMatchObject({ code: "TLS_HANDSHAKE" });
  });

  it("knows a plain server on a TLS port", async () => {
    const peer = await serveHttp((_, response) => response.end());
    await expect(ask(`https://127.0.0.1:${peer.port}`)).rejects.toMatchObject({
      code: "TLS_MISMATCH",
      remedy: "giveUp",
      hint: expect.stringContaining("plainHttp"),
    });
  });

  it("waits for a handshake no longer than it may", async () => {
    const peer = await serveRaw((socket) => void socket.resume());
    await expect(ask(`https://127.0.0.1:${peer.port}`)).rejects.toMatchObject({
      code: "NETWORK_TIMEOUT",
      message: expect.stringContaining("no connection in time"),
    });
  });

  it("keeps the connection", async () => {
    const peer = await greeting();
    const transport = localTransport({ connectionFor: () => ({ ...LOOPBACK, tls: { ca: CA } }) });
    for (let i = 0; i < 3; i++) {
      const response = await transport.send({ method: "HEAD", url: new URL(peer.origin) });
      expect(await textOf(response)).toBe("");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(peer.connections).toHaveLength(1);
  });

  it("says that the settings are unreadable, not what they hold", async () => {
    const key = new Secret("S3CRET KEY");
    const error = await ask("https://127.0.0.1:9", { certificate: pem("client"), key }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: "TLS_SETTINGS_INVALID", remedy: "fixInput" });
    expect(String(error)).not.toContain("S3CRET");
  });
});
