import { describe, expect, it } from "vitest";
import { decodeSummary, encodeSummary } from "../../lib/sync/summary-wire.ts";
import type { Fault } from "../support/fake-registry/fault-quirks.ts";
import { randomImage } from "../support/random-image.ts";
import { createSyncWorld, policyOf, type SyncWorld } from "../support/sync-world.ts";

const IMAGE = randomImage({ seed: "told" });
const refused: Fault = {
  method: "PUT",
  kind: "manifest",
  path: "app/manifests/v2",
  status: 400,
  times: 99,
};

function world(): SyncWorld {
  const made = createSyncWorld();
  made.source.seed("app", IMAGE, "v1", "v2", "v3");
  made.target.seed("app", IMAGE, "v3");
  made.target.setQuirks({ fail: refused });
  return made;
}

const POLICIES = [
  policyOf("source.test/app", "target.test/app"),
  policyOf("source.test/none", "target.test/none"),
];

describe("the report of a stored run", () => {
  it("is the one sync gave, less what left no row", async () => {
    const made = world();
    const given = await made.sync(...POLICIES);

    const stored = await made.ferry.report(given.runId);

    const { startedAt, finishedAt, elapsedMs, unchanged, ...rest } = given;
    expect(stored).toMatchObject(rest);
    expect(unchanged).toHaveLength(1);
    expect(stored?.unchanged).toEqual([]);
    expect(stored?.totals).toMatchObject({ planned: 3, copied: 1, unchanged: 1, failed: 1 });
    expect(await made.ferry.report("nobody")).toBeUndefined();
  });

  it("tells the whole run after a retry, and not the retry alone", async () => {
    const made = world();
    const { runId } = await made.sync(...POLICIES);
    made.target.setQuirks({});

    await made.ferry.retry(runId, { signal: new AbortController().signal });

    const stored = await made.ferry.report(runId);
    expect(stored?.totals).toEqual({
      ...{ planned: 3, copied: 2, unchanged: 1, failed: 0, suspended: 0, skipped: 0 },
      rules: { total: 2, failed: 1 },
    });
    expect(stored?.copied.map(({ target }) => target).sort()).toEqual([
      "target.test/app:v1",
      "target.test/app:v2",
    ]);
    expect(stored?.rules).toMatchObject([{ code: "SOURCE_LIST_FAILED" }]);
    expect((await made.ferry.run(runId))?.totals).toEqual(stored?.totals);
    expect((await made.ferry.runs(1))[0]?.totals).toEqual(stored?.totals);
  });

  it("of a stopped run tells what is left", async () => {
    const made = world();
    const stop = new AbortController();
    const { handle } = made.target;
    made.target.handle = async (request) => {
      const answer = await handle(request);
      if (made.target.writes().length > 0) stop.abort();
      return answer;
    };
    const given = await made.ferry.sync([POLICIES[0]!], { signal: stop.signal, failFast: false });

    const stored = await made.ferry.report(given.runId);

    expect(stored?.totals).toEqual(given.totals);
    expect(stored?.suspended.map(({ target }) => target).sort()).toEqual(
      given.suspended.map(({ target }) => target).sort(),
    );
    expect(stored?.suspended.length).toBeGreaterThan(0);
  });
});

describe("a run's summary", () => {
  const totals = {
    ...{ planned: 3, copied: 1, unchanged: 1, failed: 1, suspended: 0, skipped: 0 },
    rules: { total: 1, failed: 0 },
  };

  it("is read as it was written", () => {
    const summary = {
      totals,
      bytes: { copied: 5, mounted: 6, skipped: 7 },
      requests: new Map([["t.test", 9]]),
      rules: [{ rule: "p", code: "RULE_CONFLICT", message: "two want it" }],
      warnings: [{ rule: "p", message: "no tag of the source is wanted" }],
    };
    expect(decodeSummary(JSON.parse(JSON.stringify(encodeSummary(summary))))).toEqual(summary);
  });

  it("is read as the first version wrote it, too", () => {
    expect(decodeSummary({ totals, rules: [] })).toEqual({
      totals,
      bytes: { copied: 0, mounted: 0, skipped: 0 },
      requests: new Map(),
      rules: [],
      warnings: [],
    });
  });
});
