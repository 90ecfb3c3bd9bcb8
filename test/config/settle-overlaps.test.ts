import { describe, expect, it } from "vitest";
import { parseNameList } from "../../lib/config/image-syncer/parse-name-list.ts";
import { settleOverlaps } from "../../lib/config/settle-overlaps.ts";
import { formatReference } from "../../lib/oci/reference.ts";
import { pairReferences } from "../../lib/sync/pair-references.ts";
import { DEFAULT_COPY_OPTIONS, type SyncPolicy } from "../../lib/sync/policy.ts";

function policy(name: string, source: string, ...targets: string[]): SyncPolicy {
  const { repository, references } = parseNameList(source);
  return {
    name,
    source: repository,
    select:
      references.length === 0
        ? { kind: "listed", include: [], exclude: [] }
        : { kind: "named", references },
    targets: targets.map((target) => {
      const list = parseNameList(target);
      const named = list.references.map(({ reference }) => reference);
      return { repository: list.repository, ...(named.length > 0 && { references: named }) };
    }),
    options: DEFAULT_COPY_OPTIONS,
  };
}

function pairsOf({ select, source, targets }: SyncPolicy): string[] {
  const references = select.kind === "named" ? select.references : [];
  return targets.flatMap((mapping) =>
    pairReferences(references, mapping).map(
      (pair) =>
        `${formatReference(source, pair.source)} ${formatReference(mapping.repository, pair.target)}`,
    ),
  );
}

describe("settleOverlaps", () => {
  it("keeps a pair in the first policy that has it", () => {
    const { policies, problems } = settleOverlaps([
      policy("one", "q.io/app:v1", "d.io/app"),
      policy("two", "q.io/app:v1,v2", "d.io/app"),
      policy("three", "q.io/app:v2", "d.io/app:v2"),
    ]);
    expect(problems).toEqual([]);
    expect(policies.map((kept) => [kept.name, pairsOf(kept)])).toEqual([
      ["one", ["q.io/app:v1 d.io/app:v1"]],
      ["two", ["q.io/app:v2 d.io/app:v2"]],
    ]);
  });

  it("parts the targets of a policy that lose different references", () => {
    const { policies } = settleOverlaps([
      policy("one", "q.io/app:v1", "d.io/app"),
      policy("two", "q.io/app:v1,v2", "d.io/app", "e.io/app", "f.io/app:a,b"),
    ]);
    expect(policies.map((kept) => [kept.name, pairsOf(kept)])).toEqual([
      ["one", ["q.io/app:v1 d.io/app:v1"]],
      ["two", ["q.io/app:v2 d.io/app:v2"]],
      [
        "two (2)",
        [
          "q.io/app:v1 e.io/app:v1",
          "q.io/app:v2 e.io/app:v2",
          "q.io/app:v1 f.io/app:a",
          "q.io/app:v2 f.io/app:b",
        ],
      ],
    ]);
  });

  it("drops a target that stands twice in one policy", () => {
    const { policies } = settleOverlaps([policy("one", "q.io/app:v1", "d.io/app", "d.io/app:v1")]);
    expect(policies.flatMap(pairsOf)).toEqual(["q.io/app:v1 d.io/app:v1"]);
  });

  it("refuses every policy of a conflict and keeps the others", () => {
    const { policies, problems } = settleOverlaps([
      policy("a", "q.io/a:v1", "d.io/app:v1"),
      policy("b", "q.io/b:v1", "d.io/app"),
      policy("same as a", "q.io/a:v1", "d.io/app:v1"),
      policy("other", "q.io/b:v2", "d.io/app"),
    ]);
    expect(policies.map(({ name }) => name)).toEqual(["other"]);
    expect(problems.map(({ rule, error }) => [rule, error.code])).toEqual([
      ["a", "RULE_CONFLICT"],
      ["same as a", "RULE_CONFLICT"],
      ["b", "RULE_CONFLICT"],
    ]);
    expect(problems[0]?.error.message).toContain("d.io/app:v1");
  });

  it("refuses a policy that is in conflict with itself", () => {
    const { policies, problems } = settleOverlaps([policy("a", "q.io/a:v1,v2", "d.io/a:x,x")]);
    expect([policies, problems.map(({ error }) => error.code)]).toEqual([[], ["RULE_CONFLICT"]]);
  });

  it("refuses one pair with different options", () => {
    const forced = {
      ...policy("b", "q.io/a:v1", "d.io/a"),
      options: { ...DEFAULT_COPY_OPTIONS, force: true },
    };
    expect(settleOverlaps([policy("a", "q.io/a:v1", "d.io/a"), forced]).problems).toHaveLength(2);
  });

  it("leaves what needs a listing to the run", () => {
    const listed = [policy("a", "q.io/a", "d.io/app:x"), policy("b", "q.io/b", "d.io/app:x")];
    expect(settleOverlaps(listed)).toMatchObject({ policies: listed, problems: [] });
  });

  it("does not call two sources of one digest a conflict", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const same = [
      policy("a", `q.io/a@${digest}`, "d.io/app"),
      policy("b", `q.io/b@${digest}`, "d.io/app"),
    ];
    expect(settleOverlaps(same).policies).toHaveLength(2);
  });
});
