import { describe, expect, it } from "vitest";
import { systemClock } from "../../lib/base/system-clock.ts";
import { digestHead, digestOf } from "../../lib/observe/run-digest.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createRunLedger } from "../../lib/state/run-ledger.ts";
import type { RunRecord } from "../../lib/state/run-record.ts";
import { createTaskLedger } from "../../lib/state/task-ledger.ts";
import type { TaskLister } from "../../lib/sync/run-history.ts";
import { randomImage } from "../support/random-image.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { createSyncWorld, policyOf } from "../support/sync-world.ts";
import { endedRun } from "./notify-bed.ts";

const IMAGE = randomImage({ seed: "digest" });

/** A run of `tags` tags, of which those that begin with `bad` are refused. */
async function ranWorld(tags: readonly string[]) {
  const table = createMemoryTable({ clock: systemClock });
  const world = createSyncWorld({ table });
  world.source.seed("app", IMAGE, ...tags);
  world.target.setQuirks({
    fail: { method: "PUT", kind: "manifest", path: "/bad", status: 400, times: 999 },
  });
  const report = await world.sync(policyOf("source.test/app", "target.test/app"));
  const parts = { clock: systemClock, random: seededRandom(3) };
  const run = await createRunLedger(table, parts).get(report.runId);
  if (run === undefined) throw new Error("the run is gone");
  return { report, run, ledger: createTaskLedger(table, parts) };
}

/** A ledger that counts how many tasks were read of it. */
function counted(ledger: TaskLister) {
  const seen = { rows: 0 };
  const tasks: TaskLister = {
    async *list(runId) {
      for await (const row of ledger.list(runId)) {
        seen.rows++;
        yield row;
      }
    },
  };
  return { tasks, seen };
}

describe("the digest of a run", () => {
  it("is as long as lists go, and reads no more tasks than it tells", async () => {
    const tags = Array.from({ length: 60 }, (_, n) => `v${n}`);
    const { report, run, ledger } = await ranWorld(tags);
    const { tasks, seen } = counted(ledger);
    const digest = await digestOf(await digestHead(run, tasks), tasks);
    expect(digest).toMatchObject({
      ...{ runId: run.id, trigger: "cli", result: "done" },
      totals: report.totals,
      bytes: report.bytes,
    });
    expect(digest.totals.copied).toBe(60);
    expect(digest.copied).toHaveLength(20);
    for (const copy of digest.copied) expect(report.copied).toContainEqual(copy);
    expect(seen.rows).toBe(20);
  });

  it("tells what failed, wherever it stands among the others", async () => {
    const { report, run, ledger } = await ranWorld(["bad1", "v1", "v2", "bad2"]);
    const digest = await digestOf(await digestHead(run, ledger), ledger);
    expect(digest.result).toBe("failed");
    const byTarget = (a: { target: string }, b: { target: string }) =>
      a.target < b.target ? -1 : 1;
    expect([...digest.failed].sort(byTarget)).toEqual([...report.failed].sort(byTarget));
    expect(digest.copied).toHaveLength(2);
  });

  it("reads no task of a run in which nothing happened", async () => {
    const { tasks, seen } = counted({
      // biome-ignore lint/correctness/useYield: it must not even be begun
      async *list() {
        throw new Error("read");
      },
    });
    const digest = await digestOf(await digestHead(endedRun("r"), tasks), tasks);
    expect(digest).toMatchObject({ result: "done", copied: [], failed: [] });
    expect(seen.rows).toBe(0);
  });

  it.each<[Partial<RunRecord> & { failed?: number }, string]>([
    [{}, "done"],
    [{ failed: 1 }, "failed"],
    [{ failed: 1, cancelledAt: 5 }, "failed"],
    [{ state: "interrupted", cancelledAt: 5 }, "cancelled"],
    [{ state: "interrupted" }, "suspended"],
    [{ enumerated: false }, "suspended"],
  ])("tells how it ended: %j %s", async (run, result) => {
    const tasks: TaskLister = { async *list() {} };
    expect((await digestHead(endedRun("r", run), tasks)).result).toBe(result);
  });
});
