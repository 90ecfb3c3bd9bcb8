import { describe, expect, it } from "vitest";
import { randomImage } from "../support/random-image.ts";
import { createSyncWorld, policyOf, type SyncWorld } from "../support/sync-world.ts";

const [A, B] = [randomImage({ seed: "a" }), randomImage({ seed: "b" })];

function world(): SyncWorld {
  const made = createSyncWorld();
  made.source.seed("a", A, "v1", "only-a");
  made.source.seed("b", B, "v1", "only-b");
  return made;
}

const tagsAt = ({ target }: SyncWorld) => target.snapshot().get("app")?.tags;

describe("two policies onto one target tag", () => {
  it("that both name it: the first one has it, the other is an error", async () => {
    const made = world();
    const report = await made.sync(
      policyOf("source.test/a:v1", "target.test/app"),
      policyOf("source.test/b:v1", "target.test/app"),
    );

    expect(report.totals).toMatchObject({ planned: 1, copied: 1, rules: { total: 2, failed: 1 } });
    expect(report.rules).toMatchObject([{ rule: "source.test/b:v1", code: "RULE_CONFLICT" }]);
    expect(report.rules[0]?.message).toContain("target.test/app:v1");
    expect(tagsAt(made)?.get("v1")).toBe(A.root.digest);
  });

  it("of which one lists: who names the tag has it, whatever comes first", async () => {
    const listing = policyOf("source.test/a", "target.test/app");
    const naming = policyOf("source.test/b:v1", "target.test/app");
    for (const policies of [
      [listing, naming],
      [naming, listing],
    ]) {
      const made = world();
      const report = await made.sync(...policies);

      expect(report.rules).toMatchObject([{ rule: "source.test/a", code: "RULE_CONFLICT" }]);
      expect(tagsAt(made)?.get("v1")).toBe(B.root.digest);
      expect(tagsAt(made)?.get("only-a")).toBe(A.root.digest);
    }
  });

  it("that both list: the first one has it, however slow it is, and it is set once", async () => {
    const made = createSyncWorld({ source: { quirks: { maxN: 1 } } });
    // The first rule needs several pages, the second one.
    made.source.seed("a", A, "a1", "a2", "a3", "v1");
    made.source.seed("b", B, "v1");

    const report = await made.sync(
      policyOf("source.test/a", "target.test/app"),
      policyOf("source.test/b", "target.test/app"),
    );

    expect(report.totals).toMatchObject({ copied: 4, rules: { failed: 1 } });
    expect(report.rules).toMatchObject([{ rule: "source.test/b", code: "RULE_CONFLICT" }]);
    expect(tagsAt(made)?.get("v1")).toBe(A.root.digest);
    const puts = made.target.log.filter(
      ({ method, path }) => method === "PUT" && path.endsWith("/v1"),
    );
    expect(puts).toHaveLength(1);
  });

  it("from one source are one copy, and no error", async () => {
    const made = world();
    const report = await made.sync(
      policyOf("source.test/a", "target.test/app"),
      policyOf("source.test/a:v1", "target.test/app"),
    );

    expect(report.totals).toMatchObject({ planned: 2, copied: 2, rules: { failed: 0 } });
    expect(report.warnings).toEqual([]);
  });

  it("from one source belong to the first in a plan, in the order of the listing", async () => {
    const made = world();
    const policies = [
      policyOf("source.test/a", "target.test/app"),
      policyOf("source.test/a:v1", "target.test/app"),
    ];

    const { signal } = new AbortController();
    const plan = await made.ferry.plan(policies, { offline: true, signal });

    expect(plan.tasks.map(({ source, policy }) => [source, policy])).toEqual([
      ["source.test/a:only-a", "source.test/a"],
      ["source.test/a:v1", "source.test/a"],
    ]);
    expect(plan.errors).toEqual([]);
  });

  it("are told by a plan as well", async () => {
    const made = world();
    const policies = [
      policyOf("source.test/a:v1", "target.test/app"),
      policyOf("source.test/b:v1", "target.test/app"),
    ];
    for (const offline of [true, false]) {
      const { signal } = new AbortController();
      const plan = await made.ferry.plan(policies, { offline, signal });

      expect(plan.tasks).toMatchObject([{ source: "source.test/a:v1" }]);
      expect(plan.errors).toMatchObject([{ rule: "source.test/b:v1", code: "RULE_CONFLICT" }]);
    }
  });
});
