import { describe, expect, it } from "vitest";
import { policyOfArguments } from "../../../lib/cli/argument-policy.ts";
import { ruleOfPolicy, rulesFileText } from "../../../lib/cli/output/rules-file.ts";
import type { SyncPolicy, TagSelection } from "../../../lib/sync/policy.ts";
import { DIGEST } from "../events.ts";

function policyWith(select: TagSelection): SyncPolicy {
  return { ...policyOfArguments("s.io/a", "t.io/a", "every tag"), select };
}

const ALL = { kind: "listed", include: [], exclude: [] } as const;
const tag = (name: string) => ({ reference: { kind: "tag", tag: name } }) as const;
const digest = { reference: { kind: "digest", digest: DIGEST } } as const;

describe("ruleOfPolicy", () => {
  it.each<[string, TagSelection, string | undefined]>([
    ["every tag", ALL, "s.io/a"],
    ["an expression", { ...ALL, include: [{ kind: "regex", pattern: "^v" }] }, "s.io/a:/^v/"],
    ["tags", { kind: "named", references: [tag("1"), tag("2")] }, "s.io/a:1,2"],
    ["a digest", { kind: "named", references: [digest] }, `s.io/a@${DIGEST}`],
    ["a digest with its tag", { kind: "named", references: [{ ...digest, tag: "1" }] }, undefined],
    ["digest and tag", { kind: "named", references: [digest, tag("1")] }, undefined],
    ["a glob", { ...ALL, include: [{ kind: "glob", pattern: "v*" }] }, undefined],
    ["an exclusion", { ...ALL, exclude: [{ kind: "regex", pattern: "rc" }] }, undefined],
    ["the newest", { ...ALL, newest: 3 }, undefined],
  ])("says %s, or tells that it cannot", (_, select, source) => {
    expect(ruleOfPolicy(policyWith(select))?.source).toBe(source);
  });

  it("writes the targets' own references", () => {
    const rule = ruleOfPolicy(policyOfArguments("s.io/a:1", "t.io/a:2", "latest"));
    expect(rule).toEqual({ source: "s.io/a:1", targets: ["t.io/a:2"] });
  });
});

describe("rulesFileText", () => {
  const rules = [
    { source: "s/a:1", targets: ["t/a:1"] },
    { source: "s/a:1", targets: ["u/a:1"] },
  ];
  it.each([
    ["f.yaml", undefined, "s/a:1:\n  - t/a:1\n  - u/a:1\n"],
    ["f.json", undefined, '{\n  "s/a:1": [\n    "t/a:1",\n    "u/a:1"\n  ]\n}\n'],
    ["f.json", "yaml", "s/a:1:\n  - t/a:1\n  - u/a:1\n"],
  ] as const)("puts one source together in %s, format %s", async (file, format, text) => {
    expect(await rulesFileText(rules, file, format)).toBe(text);
  });
});
