import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { parseScopes } from "../../lib/auth/scope.ts";
import { exchangeToken } from "../../lib/auth/token-exchange.ts";
import type { FerryErrorOptions } from "../../lib/base/error.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { basic, errorOf } from "./auth-bed.ts";
import { type Reply, startServer } from "./local-server.ts";
import { nodeTransport } from "./node-transport.ts";

const PASSWORD = "s3cr3t/+word";

async function exchange(reply: Reply | undefined) {
  const clock = new VirtualClock(Date.UTC(2026, 10, 1));
  const server = await startServer(() => reply);
  const credential = basic("ferry", PASSWORD);
  const request = {
    realm: new URL("/token?tenant=t", server.url),
    service: "s",
    scopes: parseScopes("repository:a:pull"),
    credential: credential.kind === "basic" ? credential : undefined,
    clientId: "imageferry",
  };
  const work = exchangeToken(request, { transport: nodeTransport(), clock });
  return { clock, server, work: work.finally(() => server.stop()) };
}

describe("exchangeToken", () => {
  it("keeps the realm's own query", async () => {
    const { server, work } = await exchange({ body: '{"token":"t"}' });
    await work;
    expect(server.seen[0]?.query.toString()).toBe(
      "tenant=t&service=s&scope=repository%3Aa%3Apull&client_id=imageferry",
    );
  });

  it.each<[string, Reply, Partial<FerryErrorOptions>, string]>([
    [
      "wrong password",
      { status: 401 },
      { code: "CREDENTIALS_REFUSED", remedy: "authenticate" },
      "401",
    ],
    [
      "a refused grant",
      { status: 400, body: '{"error":"invalid_grant","error_description":"expired"}' },
      { code: "CREDENTIALS_REFUSED", remedy: "authenticate" },
      "400: expired",
    ],
    [
      "no access",
      { status: 403, body: '{"errors":[{"code":"DENIED","message":"not yours"}]}' },
      { code: "DENIED", remedy: "giveUp" },
      "403: not yours",
    ],
    [
      "too many requests with a pause",
      { status: 429, headers: { "retry-after": "7" } },
      { code: "TOKEN_SERVER_UNAVAILABLE", remedy: "retryAfter", retryAfterMs: 7_000 },
      "429",
    ],
    [
      "too many requests",
      { status: 429 },
      { code: "TOKEN_SERVER_UNAVAILABLE", remedy: "retry" },
      "429",
    ],
    [
      "a broken server",
      { status: 503, body: "<html>busy</html>" },
      { code: "TOKEN_SERVER_UNAVAILABLE", remedy: "retry" },
      "503: an HTML page",
    ],
    [
      "a redirect, not followed",
      { status: 302, headers: { location: "http://127.0.0.1:1/" } },
      { code: "TOKEN_REFUSED", remedy: "giveUp" },
      "302",
    ],
    [
      "not found",
      { status: 404, body: "\u001b[31mno\u0000pe\r\n" },
      { code: "TOKEN_REFUSED" },
      "404: [31mno pe",
    ],
    [
      "A23 HTML",
      { body: "<html>log in</html>" },
      { code: "TOKEN_REPLY_INVALID", remedy: "giveUp" },
      "no token",
    ],
    [
      "A23 10 MB",
      { body: "x".repeat(10_000_000) },
      { code: "TOKEN_REPLY_INVALID" },
      "more than 65536 bytes",
    ],
    ["an empty object", { body: "{}" }, { code: "TOKEN_REPLY_INVALID" }, "no token"],
    [
      "a token with a line break",
      { body: '{"token":"a\\r\\nx: y"}' },
      { code: "TOKEN_REPLY_INVALID" },
      "no token",
    ],
    [
      "a token that is no string",
      { body: '{"token":7}' },
      { code: "TOKEN_REPLY_INVALID" },
      "no token",
    ],
  ])("%s", async (_, reply, expected, words) => {
    const { work } = await exchange(reply);
    const error = await errorOf(work);
    expect(error).toMatchObject(expected);
    expect(error.message).toContain(words);
    expect(error.message).toMatch(/^GET http:\/\/127\.0\.0\.1:\d+\/token\?service=s/);
    expect(error.message).not.toContain("tenant");
  });

  it("gives up waiting after 30 s", async () => {
    const { clock, server, work } = await exchange(undefined);
    const failed = errorOf(work);
    while (server.seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(30_000);
    expect(await failed).toMatchObject({ code: "TOKEN_SERVER_UNAVAILABLE", remedy: "retry" });
    expect(clock.pending).toBe(0);
  });

  it("shows no secret that a server echoes", async () => {
    const encoded = Buffer.from(`ferry:${PASSWORD}`).toString("base64");
    const echo = `bad ${PASSWORD} ${encodeURIComponent(PASSWORD)} Basic ${encoded}`;
    const { work } = await exchange({ status: 401, body: JSON.stringify({ details: echo }) });
    const shown = inspect(await errorOf(work));
    expect(shown).toContain("bad [redacted] [redacted] Basic [redacted]");
    expect(shown).not.toContain(PASSWORD);
  });

  it("cuts long words", async () => {
    const { work } = await exchange({ status: 401, body: "é".repeat(5_000) });
    const { message } = await errorOf(work);
    expect(Buffer.byteLength(message.slice(message.indexOf("é")))).toBeLessThanOrEqual(512);
  });
});
