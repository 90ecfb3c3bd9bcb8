import { describe, expect, it } from "vitest";
import { configDocument } from "../../lib/config/document/config-document.ts";
import { loadDocument } from "../../lib/config/load-config.ts";
import { parseDocument } from "../../lib/config/parse-document.ts";

async function load(notifications: object) {
  const document = parseDocument("f.yaml", JSON.stringify({ policies: [], notifications }), "json");
  return loadDocument(document, { env: {}, read: async () => undefined });
}

const WRITTEN = {
  ops: { kind: "slack", url: "env:SLACK_URL" },
  team: { kind: "dingtalk", url: "aws-sm:ding#url", secret: "aws-sm:ding#secret", on: "change" },
  inner: { kind: "json", url: "file:/u", secret: "file:/s", on: "always", allowPrivate: true },
};

describe("notifications of a configuration", () => {
  it("are read, and tell of failures unless they say otherwise", async () => {
    const { notifications } = await load(WRITTEN);
    const { ops, team, inner } = WRITTEN;
    expect(notifications).toEqual([
      { ...ops, name: "ops", on: "failure", allowPrivate: false },
      { ...team, name: "team", allowPrivate: false },
      { ...inner, name: "inner" },
    ]);
  });

  it("are written as they were understood", async () => {
    const written = { ...WRITTEN, ops: { ...WRITTEN.ops, on: "failure" } };
    expect(configDocument(await load(WRITTEN), () => "").notifications).toEqual(written);
  });

  it.each<[string, object, RegExp]>([
    ["without an address", { a: { kind: "slack" } }, /notifications\.a\.url/],
    [
      "with an address that is written out",
      { a: { kind: "slack", url: "https://hooks.example/s3cr3t" } },
      /named, never written/,
    ],
    ["of an unknown kind", { a: { kind: "mail", url: "env:A" } }, /notifications\.a\.kind/],
    ["unsigned, to any server", { a: { kind: "json", url: "env:A" } }, /json needs a secret/],
    [
      "signed, to Slack",
      { a: { kind: "slack", url: "env:A", secret: "env:B" } },
      /slack takes no secret/,
    ],
    ["at an unknown occasion", { a: { kind: "slack", url: "env:A", on: "success" } }, /a\.on/],
    ["with blanks in the name", { "a b": { kind: "slack", url: "env:A" } }, /small letters/],
    ["with an unknown key", { a: { kind: "slack", url: "env:A", when: "x" } }, /unknown key/],
  ])("are refused %s", async (_, notifications, message) => {
    await expect(load(notifications)).rejects.toThrow(message);
    await expect(load(notifications)).rejects.not.toThrow(/s3cr3t/);
  });
});
