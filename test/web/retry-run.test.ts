import { describe, expect, it } from "vitest";
import { FerryError } from "../../lib/base/error.ts";
import { createActiveRuns } from "../../lib/state/active-runs.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createRunLedger } from "../../lib/state/run-ledger.ts";
import { createRunParts } from "../../lib/state/run-parts.ts";
import { createTaskLedger } from "../../lib/state/task-ledger.ts";
import type { EndedTaskState } from "../../lib/state/task-row.ts";
import type { RunOrder, TaskOrder } from "../../lib/sync/dispatcher.ts";
import { retryRun } from "../../lib/web/retry-run.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const RUN = "r";

/** A run of one policy whose tasks stand as told, and what is ordered for it. */
async function bed(
  states: Readonly<Record<string, Exclude<EndedTaskState, "poisoned"> | "suspended" | "pending">>,
) {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const table = createMemoryTable({ clock });
  const orders: TaskOrder[] = [];
  const launches: RunOrder[] = [];
  let isAway = false;
  const give = async <T>(to: T[], ...given: readonly T[]): Promise<void> => {
    if (isAway) throw new FerryError("away", { code: "DISPATCH_FAILED", remedy: "retry" });
    to.push(...given);
  };
  const ports = {
    runs: createRunLedger(table, { clock, random }),
    runParts: createRunParts(table, { clock }),
    active: createActiveRuns(table),
    tasks: createTaskLedger(table, { clock, random }),
    dispatcher: { dispatch: (given: readonly TaskOrder[]) => give(orders, ...given) },
    launcher: { launch: (order: RunOrder) => give(launches, order) },
    clock,
  };
  const { runs, tasks, active } = ports;
  await runs.create({ id: RUN, trigger: "http", startedAt: clock.now(), policies: 1 });
  for (const [taskId, state] of Object.entries(states)) {
    await tasks.plan(RUN, taskId, {});
    if (state === "pending") continue;
    const claim = await tasks.claim(RUN, taskId, { owner: "w", leaseMs: 1_000 });
    if (claim !== undefined) await tasks.settle(claim, state, []);
  }
  return {
    ...{ ports, orders, launches },
    lose: () => {
      isAway = true;
    },
    isActive: async () => {
      for await (const { runId } of active.list()) if (runId === RUN) return true;
      return false;
    },
    stateOf: async (wanted: string) => {
      for await (const { taskId, state } of tasks.list(RUN)) if (taskId === wanted) return state;
      return undefined;
    },
  };
}

const MIXED = { a: "copied", b: "failed", c: "suspended", d: "pending", e: "skipped" } as const;

function idsOf(orders: readonly TaskOrder[]): readonly string[] {
  return orders.map(({ taskId }) => taskId).sort();
}

describe("going on with a run", () => {
  it("dispatches what failed and what is open, when the run has ended", async () => {
    const { ports, orders, launches, isActive } = await bed(MIXED);
    await ports.runParts.savePolicies(RUN, [{}]);
    await ports.runs.interrupt(RUN, {});
    expect(await retryRun(RUN, ports)).toBe(true);
    expect(idsOf(orders)).toEqual(["b", "c", "d"]);
    // Orders of the same epoch were given before.
    expect(orders.every(({ nudge = 0 }) => nudge > 0)).toBe(true);
    expect(launches).toMatchObject([{ runId: RUN }]);
    expect(await ports.runs.get(RUN)).toMatchObject({ state: "running" });
    expect(await isActive()).toBe(true);
  });

  it("dispatches what failed alone, while the run goes on", async () => {
    const { ports, orders, launches } = await bed(MIXED);
    await ports.runParts.savePolicies(RUN, [{}]);
    expect(await retryRun(RUN, ports)).toBe(true);
    expect(orders).toMatchObject([{ taskId: "b", epoch: 2 }]);
    expect(launches).toEqual([]);
  });

  it("leaves to the sweep what cannot be dispatched now", async () => {
    const { ports, lose, isActive, stateOf } = await bed(MIXED);
    await ports.runParts.savePolicies(RUN, [{}]);
    await ports.runs.cancel(RUN);
    lose();
    expect(await retryRun(RUN, ports)).toBe(true);
    expect([await stateOf("b"), await isActive()]).toEqual(["pending", true]);
    expect((await ports.runs.get(RUN))?.cancelledAt).toBeUndefined();
  });

  it("refuses a run that stopped listing policies which nobody knows", async () => {
    const { ports, orders } = await bed(MIXED);
    await ports.runs.interrupt(RUN, {});
    await expect(retryRun(RUN, ports)).rejects.toMatchObject({ code: "RUN_NOT_ENUMERATED" });
    expect(orders).toEqual([]);
    expect(await ports.runs.get(RUN)).toMatchObject({ state: "interrupted" });
  });

  it("knows when there is no such run", async () => {
    const { ports } = await bed({});
    expect(await retryRun("other", ports)).toBe(false);
  });
});
