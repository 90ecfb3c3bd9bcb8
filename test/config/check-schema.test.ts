import { describe, expect, it } from "vitest";
import { checkSchema } from "../../lib/config/check-schema.ts";
import { parseDocument } from "../../lib/config/parse-document.ts";
import { configSchema } from "../../lib/config/schema.ts";

function check(text: string) {
  return checkSchema(parseDocument("f.yaml", text, "yaml"), configSchema);
}

describe("checkSchema", () => {
  it("keeps the text of tags that look like numbers", () => {
    const text = "policies:\n- {name: 1, source: a/b, target: c/d, tags: [1.10, 1.5, 0123]}";
    expect(check(text).policies?.[0]).toMatchObject({
      name: "1",
      target: ["c/d"],
      tags: ["1.10", "1.5", "0123"],
    });
  });

  it.each<[string, string, string, string]>([
    ["at the top", "polices: []", "f.yaml:1:1", "policies"],
    [
      "in a policy",
      "policies:\n- name: x\n  source: a\n  target: b\n  tag: [c]",
      "f.yaml:5:3",
      "tags",
    ],
    [
      "in a filter",
      "policies:\n- {name: x, source: a, target: b, tags: {includ: [c]}}",
      "f.yaml:2:42",
      "include",
    ],
    ["in a registry", "registries:\n  h:\n    plainHTTP: true", "f.yaml:3:5", "plainHttp"],
    ["in credentials", "registries:\n  h:\n    credentials: {user: a}", "f.yaml:3:19", "username"],
    ["named __proto__", "__proto__: 1", "f.yaml:1:1", ""],
  ])("points at an unknown key %s", (_title, text, place, suggestion) => {
    expect(() => check(text)).toThrow(
      expect.objectContaining({
        code: "CONFIG_UNKNOWN_KEY",
        message: expect.stringContaining(`${place}: unknown key`),
        ...(suggestion && { hint: `Did you mean "${suggestion}"?` }),
      }),
    );
  });

  it.each<[string, string]>([
    ["policies: 7", "f.yaml:1:1: policies"],
    ["- a", "f.yaml:1:1"],
    ["registries:\n  h: {concurrency: many}", "f.yaml:2:7: registries.h.concurrency"],
    ["registries:\n  h: {endpoint: 'ftp://h'}", "f.yaml:2:7: registries.h.endpoint"],
    ["registries:\n  h: {endpoint: 'http://u:p@h'}", "registries.h.endpoint"],
    ["registries:\n  h: {credentials: {username: a}}", "registries.h.credentials"],
    [
      "registries:\n  h: {credentials: {from: docker-config, identityToken: 'env:A'}}",
      "credentials",
    ],
    ["registries:\n  h: {credentials: {from: nowhere}}", "registries.h.credentials.from"],
    ["policies:\n- {source: a, target: b}", "f.yaml:2:3: policies.0.name"],
    ["policies:\n- {name: x, source: a, target: []}", "policies.0.target"],
    ["policies:\n- {name: x, source: a, target: b, tags: {newest: 0}}", "policies.0.tags.newest"],
    ["policies:\n- {name: x, source: a, target: b, tags: [yes]}", "f.yaml:2:42: policies.0.tags.0"],
    ["policies:\n- {name: x, source: a, target: b, platforms: [amd64]}", "policies.0.platforms.0"],
    ["policies:\n- {name: x, source: a, target: b, triggers: {schedule: daily}}", "schedule"],
  ])("refuses %j", (text, words) => {
    expect(() => check(text)).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining(words) }),
    );
  });

  it.each(["password: hunter2", "identityToken: hunter2"])(
    "refuses a written secret and does not repeat it: %s",
    (field) => {
      expect(() => check(`registries:\n  h: {credentials: {username: a, ${field}}}`)).toThrow(
        expect.objectContaining({
          code: "CONFIG_INVALID",
          message: expect.stringMatching(/^(?![\s\S]*hunter2)[\s\S]*env:NAME or file:PATH/),
        }),
      );
    },
  );

  it("shows at most ten problems", () => {
    const policies = Array.from(
      { length: 15 },
      () => "- {name: x, source: a, target: b, force: 1}",
    );
    expect(() => check(`policies:\n${policies.join("\n")}`)).toThrow(/and 5 more$/);
  });
});
