import { describe, expect, it } from "vitest";
import { configDocument } from "../../lib/config/document/config-document.ts";
import { loadDocument } from "../../lib/config/load-config.ts";
import { parseDocument } from "../../lib/config/parse-document.ts";

const A = "a".repeat(64);
const B = "b".repeat(64);

async function load(text: string) {
  const document = parseDocument("f.yaml", `policies: []\napi:\n${text}`, "yaml");
  return loadDocument(document, { env: {}, read: async () => undefined });
}

describe("the HTTP API of a configuration", () => {
  it("has tokens by their hashes", async () => {
    const { api } = await load(`
  allowAdhoc: true
  tokens:
    - { name: ci, sha256: ${A}, scopes: [run], expires: 2027-01-31 }
    - { name: 7, sha256: ${B}, scopes: [read, admin], expires: "2027-01-31T10:00:00+02:00" }`);
    expect(api).toEqual({
      allowAdhoc: true,
      tokens: [
        { name: "ci", sha256: A, scopes: ["run"], expiresAt: Date.UTC(2027, 0, 31) },
        { name: "7", sha256: B, scopes: ["read", "admin"], expiresAt: Date.UTC(2027, 0, 31, 8) },
      ],
    });
  });

  it("takes nothing from callers unless it says so", async () => {
    expect((await load("  {}")).api).toEqual({ tokens: [], allowAdhoc: false });
  });

  it("is written as it was", async () => {
    const config = await load(`
  tokens: [{ name: ci, sha256: ${A}, scopes: [run], expires: 2027-01-31 }]`);
    expect(configDocument(config, () => "").api).toEqual({
      allowAdhoc: false,
      tokens: [{ name: "ci", sha256: A, scopes: ["run"], expires: "2027-01-31T00:00:00.000Z" }],
    });
  });

  it.each([
    [
      "a token that is written out",
      "{ name: a, token: s3cr3t, scopes: [run] }",
      /unknown key "token"/,
    ],
    ["a hash of another kind", `{ name: a, sha256: s3cr3t, scopes: [run] }`, /64 hexadecimal/],
    ["a hash in capitals", `{ name: a, sha256: ${A.toUpperCase()}, scopes: [run] }`, /64 hexa/],
    ["no scope", `{ name: a, sha256: ${A}, scopes: [] }`, /scopes/],
    ["an unknown scope", `{ name: a, sha256: ${A}, scopes: [write] }`, /scopes/],
    ["a wrong date", `{ name: a, sha256: ${A}, scopes: [run], expires: soon }`, /expires/],
    [
      "one name twice",
      `{ name: a, sha256: ${A}, scopes: [run] }, { name: a, sha256: ${B}, scopes: [run] }`,
      /the same name; one is "a"/,
    ],
    [
      "one hash twice",
      `{ name: a, sha256: ${A}, scopes: [run] }, { name: b, sha256: ${A}, scopes: [run] }`,
      /the same sha256; one is "b"/,
    ],
  ])("refuses %s", async (_, tokens, message) => {
    const loading = load(`  tokens: [${tokens}]`);
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.not.toThrow(/s3cr3t/);
  });
});
