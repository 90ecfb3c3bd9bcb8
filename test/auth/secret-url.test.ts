import { describe, expect, it } from "vitest";
import { secretParts, secretUrl } from "../../lib/auth/secret-url.ts";
import { Secret } from "../../lib/base/secret.ts";

describe("secretUrl", () => {
  it("reads an address, whatever blanks are around it", () => {
    expect(secretUrl(new Secret(" https://a.example/b?c=d\n"), "it").href).toBe(
      "https://a.example/b?c=d",
    );
  });

  it.each(["hunter2", "ftp://a.example/hunter2", "https://hunter2@a.example/", "//hunter2", ""])(
    "refuses anything else, and does not show it: %s",
    (text) => {
      const read = () => secretUrl(new Secret(text), "the address");
      expect(read).toThrow(expect.objectContaining({ code: "SECRET_URL_INVALID" }));
      expect(read).toThrow(/^the address is no/);
      expect(read).not.toThrow(/hunter2/);
    },
  );
});

describe("secretParts", () => {
  it("are the address and what is long in it", () => {
    const parts = secretParts(
      new URL("https://a.example/services/T0123456789?token=abcdefghij&v=1"),
    );
    expect(parts.map((part) => part.reveal())).toEqual([
      "https://a.example/services/T0123456789?token=abcdefghij&v=1",
      "T0123456789",
      "abcdefghij",
    ]);
  });
});
