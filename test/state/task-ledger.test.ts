import { beforeEach, describe, expect, it } from "vitest";
import { systemRandom } from "../../lib/base/random.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { type Claim, createTaskLedger, type TaskLedger } from "../../lib/state/task-ledger.ts";
import type { TaskRow, TaskState } from "../../lib/state/task-row.ts";
import { countingTable } from "./counting-table.ts";
import { losingAnswers } from "./lost-answers.ts";
import { ManualClock } from "./manual-clock.ts";

const LEASE_MS = 1000;
const DAY_MS = 86_400_000;
const TASK = { source: "docker.io/library/nginx:1.25", targets: ["a", "b"] };

let clock: ManualClock;
let table: StateTable;
let ledger: TaskLedger;

beforeEach(() => {
  clock = new ManualClock();
  table = createMemoryTable({ clock });
  ledger = createTaskLedger(table, { clock, random: systemRandom });
});

function tryClaim(owner = "w"): Promise<Claim | undefined> {
  return ledger.claim("r", "t", { owner, leaseMs: LEASE_MS });
}

async function claim(owner = "w"): Promise<Claim> {
  const claimed = await tryClaim(owner);
  if (claimed === undefined) throw new Error("the task could not be claimed");
  return claimed;
}

async function list(state?: TaskState): Promise<readonly TaskRow[]> {
  const rows: TaskRow[] = [];
  for await (const row of ledger.list("r", state === undefined ? {} : { state })) rows.push(row);
  return rows;
}

async function only(): Promise<TaskRow> {
  const [row] = await list();
  if (row === undefined) throw new Error("there is no task");
  return row;
}

describe("TaskLedger.plan", () => {
  it("enters a task as pending, once", async () => {
    const planned = await ledger.plan("r", "t", TASK);
    expect(planned).toMatchObject({ taskId: "t", task: TASK, state: "pending", epoch: 0 });
    await claim();
    expect(await ledger.plan("r", "t", { other: true })).toMatchObject({
      task: TASK,
      state: "running",
    });
    expect((await list()).length).toBe(1);
  });

  it("keeps the tasks of runs apart", async () => {
    await ledger.plan("r", "t", TASK);
    expect(await ledger.claim("other", "t", { owner: "w", leaseMs: 1 })).toBeUndefined();
  });
});

describe("TaskLedger.claim", () => {
  it("hands the task to one worker", async () => {
    await ledger.plan("r", "t", TASK);
    const workers = Array.from({ length: 20 }, (_, number) => tryClaim(`w${number}`));
    const claims = (await Promise.all(workers)).filter((won) => won !== undefined);
    expect(claims.length).toBe(1);
    expect(claims[0]).toMatchObject({ task: TASK, epoch: 1, claims: 1, state: "running" });
    expect(claims[0]?.leaseUntil).toBe(clock.now() + LEASE_MS);
  });

  it("gives a worker nothing twice: a second delivery may carry the same name", async () => {
    await ledger.plan("r", "t", TASK);
    await claim("w");
    expect(await tryClaim("w")).toBeUndefined();
  });

  it("takes a task over when its lease has ended, and fences the old worker off", async () => {
    await ledger.plan("r", "t", TASK);
    const old = await claim("old");
    clock.advance(LEASE_MS - 1);
    expect(await tryClaim("new")).toBeUndefined();
    clock.advance(1);
    const taken = await claim("new");
    expect(taken.epoch).toBe(old.epoch + 1);
    expect(await ledger.renew(old)).toBeUndefined();
    expect(await ledger.settle(old, "failed", "zombie")).toBe(false);
    expect(await ledger.settle(taken, "copied", "fine")).toBe(true);
    expect(await ledger.settle(old, "copied", "zombie")).toBe(false);
    expect(await only()).toMatchObject({ state: "copied", outcome: "fine" });
  });

  it.each(["copied", "unchanged", "skipped", "failed"] as const)(
    "leaves a task alone that is %s",
    async (state) => {
      await ledger.plan("r", "t", TASK);
      await ledger.settle(await claim(), state, null);
      clock.advance(LEASE_MS);
      expect(await tryClaim()).toBeUndefined();
    },
  );

  it("goes on with a suspended task at once, from the outcome so far", async () => {
    await ledger.plan("r", "t", TASK);
    await ledger.settle(await claim(), "suspended", { a: "copied" });
    expect(await claim()).toMatchObject({ outcome: { a: "copied" }, epoch: 2 });
  });

  it("lets a waiting task wait", async () => {
    await ledger.plan("r", "t", TASK);
    const notBefore = clock.now() + 5000;
    await ledger.settle(await claim(), "waiting", null, { notBefore });
    expect(await only()).toMatchObject({ state: "waiting", notBefore });
    clock.advance(4999);
    expect(await tryClaim()).toBeUndefined();
    clock.advance(1);
    expect((await claim()).notBefore).toBeUndefined();
  });

  it("poisons a task that ten workers died of, and lets no eleventh have it", async () => {
    await ledger.plan("r", "t", TASK);
    for (let death = 1; death <= 10; death++) {
      expect((await claim()).claims).toBe(death);
      clock.advance(LEASE_MS);
    }
    expect(await tryClaim()).toBeUndefined();
    expect(await only()).toMatchObject({ state: "poisoned", epoch: 10, leaseUntil: undefined });
    clock.advance(LEASE_MS);
    expect(await tryClaim()).toBeUndefined();
  });

  it("counts only claims since the last progress", async () => {
    await ledger.plan("r", "t", TASK);
    for (let round = 0; round < 30; round++) {
      const current = await claim();
      if (round % 2 === 0) await ledger.renew(current, { progressed: true });
      else await ledger.settle(current, "suspended", null, { progressed: true });
      clock.advance(LEASE_MS);
    }
    expect((await claim()).claims).toBe(1);
  });

  it("does not count a wait that a host asked for, but a fruitless suspension", async () => {
    await ledger.plan("r", "t", TASK);
    for (let round = 0; round < 15; round++) {
      await ledger.settle(await claim(), "waiting", null, { notBefore: clock.now() });
    }
    expect((await only()).claims).toBe(0);
    await ledger.settle(await claim(), "suspended", null);
    expect((await only()).claims).toBe(1);
  });
});

describe("TaskLedger.renew", () => {
  it("prolongs a lease, even one that has ended, while nobody else has come", async () => {
    await ledger.plan("r", "t", TASK);
    const first = await claim();
    clock.advance(LEASE_MS + 500);
    const renewed = await ledger.renew(first);
    expect(renewed).toMatchObject({ epoch: 1, leaseUntil: clock.now() + LEASE_MS });
    clock.advance(LEASE_MS - 1);
    expect(await tryClaim("other")).toBeUndefined();
  });

  it("does not outdate the claim it prolongs: a heartbeat and its worker do not disturb", async () => {
    await ledger.plan("r", "t", TASK);
    const first = await claim();
    await ledger.renew(first);
    await ledger.renew(first);
    expect(await ledger.settle(first, "copied", null)).toBe(true);
    expect(await ledger.renew(first)).toBeUndefined();
    expect((await only()).state).toBe("copied");
  });
});

describe("TaskLedger.settle", () => {
  it("never changes what has ended", async () => {
    await ledger.plan("r", "t", TASK);
    const only1 = await claim();
    expect(await ledger.settle(only1, "copied", "first")).toBe(true);
    expect(await ledger.settle(only1, "failed", "second")).toBe(false);
    expect(await only()).toMatchObject({ state: "copied", outcome: "first" });
  });

  it("costs one write when nobody interfered", async () => {
    await ledger.plan("r", "t", TASK);
    const counting = countingTable(table);
    const counted = createTaskLedger(counting.table, { clock, random: systemRandom });
    const claimed = await counted.claim("r", "t", { owner: "w", leaseMs: LEASE_MS });
    if (claimed === undefined) throw new Error("the task could not be claimed");
    const renewed = await counted.renew(claimed);
    await counted.settle(renewed ?? claimed, "copied", null);
    expect(counting.calls).toEqual(["get", "put", "put", "put"]);
  });

  it("keeps what has ended for ninety days, and what has not for ever", async () => {
    await ledger.plan("r", "t", TASK);
    await ledger.plan("r", "open", TASK);
    await ledger.settle(await claim(), "copied", null);
    clock.advance(90 * DAY_MS - 1);
    expect((await list()).length).toBe(2);
    clock.advance(1);
    expect((await list()).map((row) => row.taskId)).toEqual(["open"]);
  });
});

describe("TaskLedger.retry", () => {
  it("makes a failed task pending again, under a new epoch and with its outcome", async () => {
    await ledger.plan("r", "t", TASK);
    const failed = await claim();
    await ledger.settle(failed, "failed", { b: "denied" });
    expect(await ledger.retry("r", "t")).toBe(true);
    expect(await only()).toMatchObject({ state: "pending", epoch: 2, claims: 0 });
    expect(await ledger.settle(failed, "copied", null)).toBe(false);
    expect(await claim()).toMatchObject({ epoch: 3, outcome: { b: "denied" } });
    clock.advance(91 * DAY_MS);
    expect((await list()).length).toBe(1);
  });

  it("gives a poisoned task another ten claims", async () => {
    await ledger.plan("r", "t", TASK);
    for (let death = 0; death <= 10; death++) {
      await tryClaim();
      clock.advance(LEASE_MS);
    }
    expect((await only()).state).toBe("poisoned");
    expect(await ledger.retry("r", "t")).toBe(true);
    expect((await claim()).claims).toBe(1);
  });

  it("leaves everything else alone", async () => {
    expect(await ledger.retry("r", "t")).toBe(false);
    await ledger.plan("r", "t", TASK);
    expect(await ledger.retry("r", "t")).toBe(false);
    const running = await claim();
    expect(await ledger.retry("r", "t")).toBe(false);
    await ledger.settle(running, "copied", null);
    expect(await ledger.retry("r", "t")).toBe(false);
  });
});

describe("TaskLedger.list", () => {
  it("shows all tasks of the run, or those of one state", async () => {
    const ids = Array.from({ length: 100 }, (_, number) => `t${number}`);
    for (const id of ids) await ledger.plan("r", id, { id });
    await ledger.plan("other", "t0", TASK);
    for (const id of ids.slice(0, 30)) {
      await ledger.claim("r", id, { owner: "w", leaseMs: LEASE_MS });
    }
    expect((await list()).map((row) => row.taskId).toSorted()).toEqual(ids.toSorted());
    expect((await list("running")).length).toBe(30);
    expect((await list("pending")).every((row) => row.state === "pending")).toBe(true);
    expect(await list("failed")).toEqual([]);
  });
});

it("takes its own writes for successes when the answers to them got lost", async () => {
  ledger = createTaskLedger(losingAnswers(table), { clock, random: systemRandom });
  expect((await ledger.plan("r", "t", TASK)).state).toBe("pending");
  const claimed = await claim();
  expect(claimed).toMatchObject({ state: "running", epoch: 1, claims: 1 });
  clock.advance(1);
  expect(await ledger.renew(claimed)).toMatchObject({ leaseUntil: clock.now() + LEASE_MS });
  expect(await ledger.settle(claimed, "failed", "no")).toBe(true);
  expect(await ledger.retry("r", "t")).toBe(true);
  expect(await only()).toMatchObject({ state: "pending", epoch: 2 });
  const again = await claim();
  expect(await ledger.settle(again, "copied", "yes")).toBe(true);
  expect(await ledger.settle(again, "copied", "said twice")).toBe(true);
  expect(await only()).toMatchObject({ state: "copied", outcome: "yes", epoch: 3 });
});
