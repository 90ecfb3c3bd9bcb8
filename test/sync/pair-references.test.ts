import { describe, expect, it } from "vitest";
import type { ManifestReference } from "../../lib/oci/reference.ts";
import { pairReferences } from "../../lib/sync/pair-references.ts";

const repository = { registry: "d.io", repository: "m/app" };
const one: ManifestReference = { kind: "digest", digest: `sha256:${"1".repeat(64)}` };
const two: ManifestReference = { kind: "digest", digest: `sha256:${"2".repeat(64)}` };

function tag(name: string): ManifestReference {
  return { kind: "tag", tag: name };
}

describe("pairReferences", () => {
  it("keeps the source's names for a target without any", () => {
    const selected = [{ reference: tag("v1") }, { reference: one }, { reference: two, tag: "v2" }];
    expect(pairReferences(selected, { repository })).toEqual([
      { source: tag("v1"), target: tag("v1") },
      { source: one, target: one },
      { source: two, target: tag("v2") },
    ]);
  });

  it("pairs left to right", () => {
    const selected = [{ reference: tag("v1") }, { reference: one }, { reference: one }];
    const references = [tag("a"), tag("b"), one];
    expect(pairReferences(selected, { repository, references })).toEqual([
      { source: tag("v1"), target: tag("a") },
      { source: one, target: tag("b") },
      { source: one, target: one },
    ]);
  });

  it.each<[string, readonly ManifestReference[], readonly ManifestReference[]]>([
    ["RULE_COUNT_MISMATCH", [tag("v1"), tag("v2")], [tag("a")]],
    ["RULE_COUNT_MISMATCH", [], [tag("a")]],
    ["RULE_DIGEST_MISMATCH", [one], [two]],
  ])("refuses with %s", (code, sources, references) => {
    const selected = sources.map((reference) => ({ reference }));
    expect(() => pairReferences(selected, { repository, references })).toThrow(
      expect.objectContaining({ code, remedy: "fixInput" }),
    );
  });
});
