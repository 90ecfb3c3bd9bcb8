import { beforeEach, describe, expect, it } from "vitest";
import { systemRandom } from "../../lib/base/random.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { taskKey } from "../../lib/state/row-keys.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { type Claim, createTaskLedger, type TaskLedger } from "../../lib/state/task-ledger.ts";
import type { TaskRow } from "../../lib/state/task-row.ts";
import { ManualClock } from "./manual-clock.ts";

const TASK = { any: "task" };

let clock: ManualClock;
let table: StateTable;
let ledger: TaskLedger;

beforeEach(() => {
  clock = new ManualClock();
  table = createMemoryTable({ clock });
  ledger = createTaskLedger(table, { clock, random: systemRandom });
});

async function claim(): Promise<Claim> {
  const claimed = await ledger.claim("r", "t", { owner: "w", leaseMs: 1000 });
  if (claimed === undefined) throw new Error("the task could not be claimed");
  return claimed;
}

async function only(): Promise<TaskRow> {
  for await (const row of ledger.list("r")) return row;
  throw new Error("there is no task");
}

describe("failures that may pass", () => {
  it("are counted until there is progress, apart from claims", async () => {
    await ledger.plan("r", "t", TASK);
    for (let round = 1; round <= 3; round++) {
      const claimed = await claim();
      expect(claimed.failures).toBe(round - 1);
      const notBefore = clock.now();
      await ledger.settle(claimed, "waiting", null, { failed: true, notBefore });
    }
    expect(await only()).toMatchObject({ failures: 3, claims: 0 });
    await ledger.settle(await claim(), "waiting", null, { notBefore: clock.now() });
    expect((await only()).failures).toBe(3);
    const options = { failed: true, progressed: true, notBefore: clock.now() };
    await ledger.settle(await claim(), "waiting", null, options);
    expect((await only()).failures).toBe(1);
    await ledger.renew(await claim(), { progressed: true });
    expect(await only()).toMatchObject({ failures: 0, claims: 0 });
  });

  it("are forgotten when the task is tried again by hand", async () => {
    await ledger.plan("r", "t", TASK);
    await ledger.settle(await claim(), "waiting", null, { failed: true, notBefore: clock.now() });
    await ledger.settle(await claim(), "failed", null);
    await ledger.retry("r", "t");
    expect((await only()).failures).toBe(0);
  });

  it("are none in a row of an earlier version", async () => {
    await ledger.plan("r", "t", TASK);
    const key = taskKey("r", "t");
    const old = { task: TASK, state: "pending", epoch: 0, claims: 0, changedAt: 1 };
    await table.put(key, old, "any");
    expect((await claim()).failures).toBe(0);
  });
});
