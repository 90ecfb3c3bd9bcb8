import { describe, expect, it } from "vitest";
import { formatListenAddress, parseListenAddress } from "../../lib/web/listen-on.ts";

describe("an address to listen on", () => {
  it.each([
    ["127.0.0.1:8080", "127.0.0.1", 8080],
    ["0.0.0.0:80", "0.0.0.0", 80],
    ["localhost:0", "localhost", 0],
    ["[::1]:8080", "::1", 8080],
    ["[::]:65535", "::", 65_535],
  ])("%s", (text, host, port) => {
    expect(parseListenAddress(text)).toEqual({ host, port });
    expect(formatListenAddress({ host, port })).toBe(text);
  });

  it.each(["8080", ":8080"])("%s is one of this machine alone", (text) => {
    expect(parseListenAddress(text)).toEqual({ host: "127.0.0.1", port: 8080 });
  });

  it.each(["", "here", "127.0.0.1", "::1:80", "a/b:80", "127.0.0.1:65536", "127.0.0.1:x"])(
    "is not %j",
    (text) => {
      expect(() => parseListenAddress(text)).toThrow(
        expect.objectContaining({ code: "LISTEN_INVALID", remedy: "fixInput" }),
      );
    },
  );
});
