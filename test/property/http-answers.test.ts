import { createServer, type Server } from "node:net";
import fc from "fast-check";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../lib/base/system-clock.ts";
import type { Transport } from "../../lib/http/transport.ts";
import { createWireTransport } from "../../lib/http/wire-transport.ts";

/** What one client made of an answer; `undefined` when it refused it. */
type Reading = { readonly status: number; readonly body: string } | undefined;

const token = fc.constantFrom("x-a", "Content-Type", "link", "x_b", "bad name", "");
const value = fc.constantFrom(
  "1",
  "",
  " padded\t",
  "a,b",
  "\u00e9",
  "a\0b",
  "a\rb",
  "a\nb",
  "a\r\n b",
);
const field = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(token, value).map(([name, text]) => `${name}: ${text}`) },
  fc.constantFrom(
    "content-length: 5",
    "Content-Length: 0",
    "content-length: 5, 5",
    "content-length: +5",
    "content-length : 5",
    "content-length: 5x",
    "transfer-encoding: chunked",
    "transfer-encoding: identity",
    "transfer-encoding: gzip, chunked",
    "connection: close",
  ),
);
const statusLine = fc.constantFrom(
  ...["HTTP/1.1 200 OK", "HTTP/1.1 404", "HTTP/1.0 200 OK", "HTTP/1.1 204 No", "HTTP/1.1 304 No"],
  ...[
    "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK",
    "HTTP/1.2 200 OK",
    "HTTP/1.1 20 OK",
    "ICY 200",
  ],
);
const content = fc.constantFrom(
  "",
  "hello",
  "hello, more",
  "5\r\nhello\r\n0\r\n\r\n",
  "5\r\nhel",
  "5;x=y\r\nhello\r\n0\r\na: b\r\n\r\n",
  "0\r\n\r\n",
  "-5\r\nhello\r\n",
);
const answer = fc
  .tuple(statusLine, fc.array(field, { maxLength: 4 }), content)
  .map(([status, fields, body]) => `${[status, ...fields].join("\r\n")}\r\n\r\n${body}`);

let server: Server;
let port = 0;
let said = { text: "", cut: 0 };
let transport: Transport;

beforeAll(async () => {
  server = createServer((socket) => {
    const { text, cut } = said;
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write(text.slice(0, cut), "latin1");
      setImmediate(() => socket.end(text.slice(cut), "latin1"));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
  transport = createWireTransport({
    clock: systemClock,
    connectionFor: () => ({ allowLoopback: true, allowPrivate: false }),
    keepAliveMs: 0,
  });
});

afterAll(async () => {
  await transport.close();
  server.close();
});

async function oursOf(url: string): Promise<Reading> {
  try {
    const { status, body } = await transport.send({ method: "GET", url: new URL(url) });
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(Buffer.from(chunk));
    return { status, body: Buffer.concat(chunks).toString() };
  } catch {
    return undefined;
  }
}

async function theirsOf(url: string): Promise<Reading> {
  try {
    const { statusCode, body } = await request(url, { reset: true });
    return { status: statusCode, body: await body.text() };
  } catch {
    return undefined;
  }
}

/** What a 204 or 304 says of its length means nothing; undici minds, proxies that send it do not. */
function isBodiless({ status, body }: { status: number; body: string }, theirs: Reading): boolean {
  return theirs === undefined && body === "" && (status === 204 || status === 304);
}

describe("answers of any kind", () => {
  it("are read as undici reads them, or refused", async () => {
    const seen = { taken: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(answer, fc.nat(200), async (text, cut) => {
        said = { text, cut };
        const url = `http://127.0.0.1:${port}/`;
        const [ours, theirs] = [await oursOf(url), await theirsOf(url)];
        seen[ours === undefined ? "refused" : "taken"]++;
        if (ours === undefined || isBodiless(ours, theirs)) return;
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 300 },
    );
    // Neither is all there is.
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(30);
  });
});
