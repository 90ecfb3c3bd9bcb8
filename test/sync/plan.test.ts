import { describe, expect, it } from "vitest";
import type { SyncPolicy } from "../../lib/sync/policy.ts";
import { randomImage } from "../support/random-image.ts";
import { createSyncWorld, policyOf, type SyncWorld } from "../support/sync-world.ts";

const [OLD, NEW] = [randomImage({ seed: "old" }), randomImage({ seed: "new" })];

/** `same` is at both sides, `moved` differs, `missing` is at the source alone. */
function world(): SyncWorld {
  const made = createSyncWorld();
  made.source.seed("app", NEW, "missing", "moved", "same");
  made.target.seed("app", NEW, "same");
  made.target.seed("app", OLD, "moved");
  return made;
}

function planOf({ ferry }: SyncWorld, policy: SyncPolicy, offline = false) {
  return ferry.plan([policy], { offline, signal: new AbortController().signal });
}

const READS = new Set(["GET", "HEAD"]);

describe("a plan", () => {
  it("tells what would be done, in the order of the listing, and writes nothing", async () => {
    const made = world();

    const plan = await planOf(made, policyOf("source.test/app", "target.test/app"));

    expect(plan.tasks.map(({ source, target, action }) => [source, target, action])).toEqual([
      ["source.test/app:missing", "target.test/app:missing", "copy"],
      ["source.test/app:moved", "target.test/app:moved", "copy"],
      ["source.test/app:same", "target.test/app:same", "unchanged"],
    ]);
    expect(plan.tasks[1]).toMatchObject({
      sourceDigest: NEW.root.digest,
      targetDigest: OLD.root.digest,
    });
    expect(plan.totals).toEqual({ tasks: 3, copy: 2, unchanged: 1, missingSource: 0, errors: 0 });
    const requests = [...made.source.log, ...made.target.log];
    expect(requests.filter(({ method }) => !READS.has(method))).toEqual([]);
    expect(requests.filter(({ route }) => route.kind === "blob")).toEqual([]);
  });

  it("comes true", async () => {
    const made = world();
    const policy = policyOf("source.test/app", "target.test/app");
    const plan = await planOf(made, policy);

    const report = await made.sync(policy);

    expect(report.totals).toMatchObject({
      copied: plan.totals.copy,
      unchanged: plan.totals.unchanged,
    });
    const after = await planOf(made, policy);
    expect(after.totals).toMatchObject({ copy: 0, unchanged: 3 });
  });

  it("of a named tag that the source lacks says so", async () => {
    const plan = await planOf(world(), policyOf("source.test/app:v9", "target.test/app"));

    expect(plan.tasks).toMatchObject([{ action: "missing-source" }]);
    expect(plan.totals).toMatchObject({ copy: 0, missingSource: 1 });
  });

  it("of a source that cannot be listed is an error", async () => {
    const plan = await planOf(world(), policyOf("source.test/nowhere", "target.test/app"));

    expect(plan.tasks).toEqual([]);
    expect(plan.errors).toMatchObject([{ code: "SOURCE_LIST_FAILED" }]);
  });

  it("without the targets asks for nothing but the source's tags", async () => {
    const made = world();

    const plan = await planOf(made, policyOf("source.test/app", "target.test/app"), true);

    expect(plan.totals).toMatchObject({ tasks: 3, copy: 3 });
    expect(made.target.count()).toBe(0);
    expect(made.source.count()).toBe(made.source.count({ kind: "tags" }));
  });

  it("without the targets asks nobody for named tags", async () => {
    const made = world();

    const plan = await planOf(made, policyOf("source.test/app:v9", "target.test/app"), true);

    expect(plan.totals).toMatchObject({ tasks: 1, copy: 1 });
    expect(made.source.count() + made.target.count()).toBe(0);
  });

  it("with force means to copy everything", async () => {
    const policy = policyOf("source.test/app", "target.test/app", { force: true });
    expect((await planOf(world(), policy)).totals).toMatchObject({ copy: 3, unchanged: 0 });
  });
});
