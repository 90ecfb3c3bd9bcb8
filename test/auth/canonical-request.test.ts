import { describe, expect, it } from "vitest";
import { canonicalRequest, hmacSha256 } from "../../lib/auth/canonical-request.ts";

describe("canonicalRequest", () => {
  it("gives what AWS's own example gives (Signature Version 4, ListUsers)", () => {
    const url = new URL("https://iam.amazonaws.com/?Version=2010-05-08&Action=ListUsers");
    const headers = {
      "x-amz-date": "20150830T123600Z",
      host: "iam.amazonaws.com",
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    };
    expect(canonicalRequest({ method: "GET", url, headers, body: new Uint8Array() })).toEqual({
      hash: "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59",
      signedHeaders: "content-type;host;x-amz-date",
    });
  });

  it("signs the path it is given, and the body", () => {
    const parts = { method: "POST", url: new URL("http://h/a?x=1"), headers: { host: "h" } };
    const hashes = [
      canonicalRequest({ ...parts, body: Buffer.from("{}") }),
      canonicalRequest({ ...parts, body: Buffer.from("[]") }),
      canonicalRequest({ ...parts, body: Buffer.from("{}"), path: "/a/" }),
    ].map(({ hash }) => hash);
    expect(new Set(hashes).size).toBe(3);
  });
});

describe("hmacSha256", () => {
  it("gives what RFC 4231 gives (test case 2)", () => {
    expect(hmacSha256("Jefe", "what do ya want for nothing?").toString("hex")).toBe(
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
  });
});
