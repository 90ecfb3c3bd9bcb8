import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../lib/state/state-table.ts";
import { decodePolicy, encodePolicy } from "../../lib/sync/policy-wire.ts";
import { policyOf } from "../support/sync-world.ts";

const GOOD = JSON.parse(
  JSON.stringify(encodePolicy(policyOf("source.test/app:v1", "target.test/app:v2"))),
);

describe("a stored policy", () => {
  it.each<[string, JsonValue]>([
    ["no object", "policy"],
    ["no name", { ...GOOD, name: undefined }],
    ["a source that is text", { ...GOOD, source: "source.test/app" }],
    ["another way to select", { ...GOOD, select: { kind: "some" } }],
    ["references that are no list", { ...GOOD, select: { kind: "named", references: "v1" } }],
    ["targets that are no list", { ...GOOD, targets: {} }],
    [
      "a target's references that are no texts",
      { ...GOOD, targets: [{ ...GOOD.targets[0], references: [1] }] },
    ],
    [
      "a pattern of another kind",
      { ...GOOD, select: { kind: "listed", include: [{ kind: "v8", pattern: "." }], exclude: [] } },
    ],
    ["options without platforms", { ...GOOD, options: { ...GOOD.options, platforms: undefined } }],
    ["a pushed tag without its digest", { ...GOOD, pushed: [{ tag: "v1", digest: "v1" }] }],
    ["another platform mode", { ...GOOD, options: { ...GOOD.options, platformMode: "any" } }],
  ])("with %s is refused", (_, value) => {
    expect(() => decodePolicy(value)).toThrow(/the stored record of a policy/);
  });
});
