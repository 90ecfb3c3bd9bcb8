import { describe, expect, it } from "vitest";
import { HeadReader } from "../../lib/http/response-head.ts";

const read = (text: string) => new HeadReader().read(Buffer.from(text, "latin1"));

describe("HeadReader", () => {
  it("reads status, headers and where the body begins", () => {
    const text =
      "HTTP/1.1 307 Temporary Redirect\r\nLocation:/x\r\nLINK: <a>\r\nlink:\t<b> \r\n\r\n";
    const answer = read(`${text}body`);
    expect(answer?.bytes).toBe(text.length);
    expect(answer?.head).toMatchObject({ minorVersion: 1, status: 307 });
    expect(answer?.head.headers.get("location")).toBe("/x");
    expect(answer?.head.headers.all("link")).toEqual(["<a>", "<b>"]);
    expect(answer?.head.headers.get("missing")).toBeUndefined();
  });

  it.each(["HTTP/1.1 200\r\n\r\n", "HTTP/1.0 200 \r\n\r\n", "HTTP/1.1 200 sch\xf6n\r\nx:\r\n\r\n"])(
    "takes %j",
    (text) => expect(read(text)?.head.status).toBe(200),
  );

  it("reads a head that comes byte by byte, and says how much of the last bytes was its own", () => {
    const text = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n";
    const reader = new HeadReader();
    const bytes = Buffer.from(`${text}ok`);
    for (let at = 0; at < text.length - 1; at++) {
      expect(reader.read(bytes.subarray(at, at + 1))).toBeUndefined();
    }
    const answer = reader.read(bytes.subarray(text.length - 1));
    expect(answer).toMatchObject({ bytes: 1, head: { status: 200 } });
  });

  it("keeps nothing of bytes that are used again", () => {
    const reader = new HeadReader();
    const shared = Buffer.from("HTTP/1.1 200 OK\r\na: 1");
    expect(reader.read(shared)).toBeUndefined();
    shared.fill("#");
    expect(reader.read(Buffer.from("2\r\n\r\n"))?.head.headers.get("a")).toBe("12");
  });

  it.each([
    ["another protocol", "SSH-2.0-OpenSSH_9.0\r\n"],
    ["another version", "HTTP/2 200 OK\r\n\r\n"],
    ["a status of two digits", "HTTP/1.1 99 No\r\n\r\n"],
    ["a line that is folded", "HTTP/1.1 200 OK\r\na: 1\r\n b\r\n\r\n"],
    ["a space before the colon", "HTTP/1.1 200 OK\r\na : 1\r\n\r\n"],
    ["a line without a colon", "HTTP/1.1 200 OK\r\nabc\r\n\r\n"],
    ["no name", "HTTP/1.1 200 OK\r\n: 1\r\n\r\n"],
    ["a bare line feed", "HTTP/1.1 200 OK\r\na: 1\nb: 2\r\n\r\n"],
    ["a bare carriage return", "HTTP/1.1 200 OK\r\na: 1\rb: 2\r\n\r\n"],
    ["a zero byte", "HTTP/1.1 200 OK\r\na: 1\0\r\n\r\n"],
  ])("refuses %s", (_, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: "WIRE_SYNTAX" }));
  });

  it("refuses more than 16 KiB, whether they have an end or not", () => {
    const long = `HTTP/1.1 200 OK\r\na: ${"b".repeat(17 * 1024)}`;
    const tooLong = expect.objectContaining({ code: "WIRE_HEAD_TOO_LONG" });
    expect(() => read(long)).toThrow(tooLong);
    expect(() => read(`${long}\r\n\r\n`)).toThrow(tooLong);
  });
});
