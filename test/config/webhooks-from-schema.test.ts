import { describe, expect, it } from "vitest";
import { configDocument } from "../../lib/config/document/config-document.ts";
import { loadDocument } from "../../lib/config/load-config.ts";
import { parseDocument } from "../../lib/config/parse-document.ts";

async function load(webhooks: object) {
  const document = parseDocument("f.yaml", JSON.stringify({ policies: [], webhooks }), "json");
  return loadDocument(document, { env: {}, read: async () => undefined });
}

describe("webhooks of a configuration", () => {
  it("are read, by the last part of their paths", async () => {
    const { webhooks } = await load({
      harbor: { secret: "env:A" },
      inner: {
        sender: "nexus",
        secret: "aws-sm:hooks#nexus",
        registry: "Nexus.example:8082",
        hosts: { "Internal:5000": "registry.hub.docker.com" },
      },
    });
    expect([...(webhooks ?? [])]).toEqual([
      ["harbor", { sender: "harbor", secret: "env:A" }],
      [
        "inner",
        {
          sender: "nexus",
          secret: "aws-sm:hooks#nexus",
          registry: "nexus.example:8082",
          hosts: new Map([["internal:5000", "docker.io"]]),
        },
      ],
    ]);
  });

  it("are written as they were", async () => {
    const written = {
      quay: { secret: "env:A", registry: "quay.example" },
      other: { sender: "zot", secret: "file:/s", hosts: { "a:1": "b" } },
    };
    expect(configDocument(await load(written), () => "").webhooks).toEqual(written);
  });

  it.each<[string, object, RegExp]>([
    ["without a secret", { harbor: {} }, /webhooks\.harbor\.secret/],
    ["with a secret that is written out", { harbor: { secret: "s3cr3t" } }, /named, never written/],
    ["of nobody", { mine: { secret: "env:A" } }, /does not tell who sends it/],
    ["of an unknown sender", { mine: { sender: "x", secret: "env:A" } }, /webhooks\.mine\.sender/],
    ["with a slash in the path", { "a/b": { sender: "zot", secret: "env:A" } }, /small letters/],
    ["with an unknown key", { zot: { secret: "env:A", host: "a" } }, /unknown key "host"/],
  ])("are refused %s", async (_, webhooks, message) => {
    await expect(load(webhooks)).rejects.toThrow(message);
    await expect(load(webhooks)).rejects.not.toThrow(/s3cr3t/);
  });
});
