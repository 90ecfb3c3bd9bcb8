import { describe, expect, it } from "vitest";
import { bodyDecoder } from "../../lib/http/body-decoder.ts";
import { bodyFraming, keepAliveMs } from "../../lib/http/body-framing.ts";
import { headersOf } from "../../lib/http/headers.ts";
import type { HttpMethod } from "../../lib/http/transport.ts";

type Fields = Readonly<Record<string, string | readonly string[]>>;

const head = (fields: Fields, status = 200, minorVersion = 1) => ({
  minorVersion,
  status,
  headers: headersOf(fields),
});

describe("bodyFraming", () => {
  it.each<[HttpMethod, number, Fields, unknown]>([
    ["GET", 200, { "content-length": "7" }, { kind: "length", bytes: 7 }],
    ["GET", 200, { "transfer-encoding": "Chunked" }, { kind: "chunked" }],
    ["GET", 200, {}, { kind: "close" }],
    ["HEAD", 200, { "content-length": "7" }, { kind: "length", bytes: 0 }],
    ["GET", 204, {}, { kind: "length", bytes: 0 }],
    ["GET", 304, { "content-length": "7" }, { kind: "length", bytes: 0 }],
  ])("of %s %d with %j", (method, status, fields, framing) => {
    expect(bodyFraming(method, head(fields, status))).toEqual(framing);
  });

  it.each<[string, Fields, number]>([
    ["a length and chunks", { "content-length": "1", "transfer-encoding": "chunked" }, 1],
    ["another coding", { "transfer-encoding": "gzip, chunked" }, 1],
    ["two codings", { "transfer-encoding": ["chunked", "chunked"] }, 1],
    ["chunks in HTTP/1.0", { "transfer-encoding": "chunked" }, 0],
    ["two lengths", { "content-length": ["1", "1"] }, 1],
    ["a list of lengths", { "content-length": "1, 1" }, 1],
    ["a signed length", { "content-length": "+1" }, 1],
    ["an endless length", { "content-length": "9".repeat(16) }, 1],
  ])("refuses %s", (_, fields, minorVersion) => {
    const refused = expect.objectContaining({
      code: expect.stringMatching(/^WIRE_(SYNTAX|LENGTH)$/),
    });
    expect(() => bodyFraming("GET", head(fields, 200, minorVersion))).toThrow(refused);
  });
});

describe("keepAliveMs", () => {
  it.each<[Fields, number, number | undefined]>([
    [{}, 1, undefined],
    [{ connection: "Close" }, 1, 0],
    [{ connection: ["keep-alive", "close"] }, 1, 0],
    [{}, 0, 0],
    [{ connection: "keep-alive" }, 0, undefined],
    [{ "keep-alive": "timeout=5, max=100" }, 1, 4_000],
    [{ "keep-alive": "timeout=0" }, 1, 0],
  ])("of %j in HTTP/1.%d", (fields, minorVersion, expected) => {
    expect(keepAliveMs(head(fields, 200, minorVersion))).toBe(expected);
  });
});

/** Decodes text in parts of so many bytes; what was not taken is kept as `rest`. */
function decodeChunks(text: string, partBytes: number) {
  const decoder = bodyDecoder({ kind: "chunked" });
  const bytes = Buffer.from(text);
  let body = "";
  let at = 0;
  while (at < bytes.length && !decoder.isDone) {
    const part = bytes.subarray(at, at + partBytes);
    at += decoder.decode(part, (payload) => {
      body += payload.toString();
    });
  }
  return { body, isDone: decoder.isDone, rest: bytes.subarray(at).toString() };
}

describe("bodies in chunks", () => {
  const text = `5\r\nhello\r\n00B;name="v;"\r\n, you there\r\n0\r\nx-trailer: 1\r\n\r\n`;

  it.each([1, 2, 3, 7, 1000])("are put together from parts of %d bytes", (partBytes) => {
    const decoded = decodeChunks(`${text}NEXT`, partBytes);
    expect(decoded).toMatchObject({ body: "hello, you there", isDone: true });
    expect("NEXT".endsWith(decoded.rest)).toBe(true);
  });

  it("are not done before the last line", () => {
    expect(decodeChunks(text.slice(0, -2), 1000).isDone).toBe(false);
  });

  it.each([
    ["no size", "\r\nhello\r\n"],
    ["a size that is no number", "5x\r\nhello\r\n"],
    ["a size with a sign", "+5\r\nhello\r\n"],
    ["a size of 13 digits", `${"1".repeat(13)}\r\n`],
    ["bytes after a chunk", "5\r\nhello!\r\n"],
    ["a bare line feed", "5\nhello\r\n"],
    ["an endless extension", `5;${"x".repeat(5000)}\r\n`],
    ["endless trailers", `0\r\n${`a: ${"x".repeat(1000)}\r\n`.repeat(20)}\r\n`],
  ])("with %s are refused", (_, text) => {
    expect(() => decodeChunks(text, 1000)).toThrow(
      expect.objectContaining({ code: "WIRE_SYNTAX" }),
    );
  });
});
