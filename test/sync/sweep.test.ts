import { describe, expect, it } from "vitest";
import { deadlineAfter } from "../../lib/base/deadline.ts";
import { createActiveRuns } from "../../lib/state/active-runs.ts";
import { createListingLedger } from "../../lib/state/listing-ledger.ts";
import { createRunLedger } from "../../lib/state/run-ledger.ts";
import { createTaskLedger } from "../../lib/state/task-ledger.ts";
import { createTaskReader } from "../../lib/state/task-reader.ts";
import type { RunOrder, TaskOrder } from "../../lib/sync/dispatcher.ts";
import { reportOfRun } from "../../lib/sync/stored-report.ts";
import { type SweepResult, sweep } from "../../lib/sync/sweep.ts";
import { randomImage } from "../support/random-image.ts";
import { createRunWorld, type RunWorld, type RunWorldOptions } from "../support/run-world.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { policyOf } from "../support/sync-world.ts";

const IMAGE = randomImage({ seed: "swept" });
const RUN = "run-1";
const MINUTE_MS = 60_000;
const NOTHING = { runsFinished: [], runsRelaunched: 0, tasksDispatched: 0 };

function world(options: Partial<RunWorldOptions> = {}): RunWorld {
  const made = createRunWorld({ image: IMAGE, ...options });
  made.source.seed("app", IMAGE, "v1", "v2", "v3");
  return made;
}

/** A run whose tasks are planned; their orders are lost. */
async function listedWorld(options: Partial<RunWorldOptions> = {}): Promise<RunWorld> {
  const made = world(options);
  await made.clock.run(made.start(RUN, [policyOf("source.test/app", "target.test/app")]));
  await made.clock.run(made.orchestrate(RUN));
  return made;
}

async function swept(made: RunWorld, lifeMs?: number): Promise<SweepResult> {
  made.tasks.length = 0;
  made.launches.length = 0;
  const result = await made.clock.run(made.sweep(lifeMs));
  if (result === "died") throw new Error("nobody was to die");
  return result;
}

const ledgersOf = ({ table, clock }: RunWorld) => {
  const options = { clock, random: seededRandom(2) };
  return {
    runs: createRunLedger(table, options),
    tasks: createTaskLedger(table, options),
    listings: createListingLedger(table, options),
    active: createActiveRuns(table),
  };
};

async function activeIds(made: RunWorld): Promise<string[]> {
  const ids: string[] = [];
  for await (const { runId } of ledgersOf(made).active.list()) ids.push(runId);
  return ids;
}

/** Claims the first task and leaves it as told. */
async function leaveTask(
  made: RunWorld,
  how: "running" | "suspended" | "waiting",
): Promise<string> {
  const { tasks } = ledgersOf(made);
  const [taskId = ""] = made.tasks.map((order) => order.taskId);
  const claim = await tasks.claim(RUN, taskId, { owner: "w", leaseMs: 90_000 });
  if (claim === undefined) throw new Error("the task is held");
  const notBefore = made.clock.now() + 5 * MINUTE_MS;
  if (how !== "running") await tasks.settle(claim, how, [], { notBefore });
  return taskId;
}

describe("sweeping tasks", () => {
  it("dispatches what nobody took again, ever less often", async () => {
    const made = await listedWorld();
    const nudges: (number | undefined)[][] = [];
    for (let minute = 0; minute <= 20; minute++) {
      await swept(made);
      nudges.push(made.tasks.map(({ nudge }) => nudge));
      await made.clock.advance(MINUTE_MS);
    }
    const busy = nudges.flatMap((orders, minute) =>
      orders.length > 0 ? [[minute, ...orders]] : [],
    );
    expect(busy).toEqual([
      [2, 1, 1, 1],
      [3, 2, 2, 2],
      [5, 3, 3, 3],
      [9, 4, 4, 4],
      [17, 5, 5, 5],
    ]);
  });

  it.each([
    ["held past its lease", "running", 90_000],
    ["suspended and not taken up", "suspended", MINUTE_MS],
    ["waiting and due", "waiting", 5 * MINUTE_MS],
  ] as const)("dispatches a task again that is %s", async (_, how, dueMs) => {
    const made = await listedWorld();
    const taskId = await leaveTask(made, how);
    for (const order of made.tasks)
      if (order.taskId !== taskId) await made.clock.run(made.work(order));

    await made.clock.advance(dueMs - 1);
    expect(await swept(made)).toMatchObject(NOTHING);
    await made.clock.advance(1);
    expect(await swept(made)).toMatchObject({ tasksDispatched: 1, runsFinished: [] });

    expect(made.tasks).toEqual([{ runId: RUN, taskId, epoch: 1, nudge: 1 }]);
  });

  it("gives orders again that could not be given", async () => {
    let isAway = true;
    const made = await listedWorld({ isAway: () => isAway });
    await made.clock.advance(2 * MINUTE_MS);
    expect(await swept(made)).toMatchObject(NOTHING);
    isAway = false;
    expect(await swept(made)).toMatchObject({ tasksDispatched: 3 });
    expect(await swept(made)).toMatchObject(NOTHING);
  });

  it("goes on in the next sweep where time ran out, and leaves nothing out", async () => {
    const made = await listedWorld();
    const { clock, table, launches } = made;
    await clock.advance(2 * MINUTE_MS);
    const reader = createTaskReader(table);
    const given: TaskOrder[] = [];
    const ports = {
      ...ledgersOf(made),
      ...{ clock, emit: () => undefined },
      taskReader: {
        ...reader,
        async *shard(runId: string, shard: number) {
          await clock.sleep(30);
          yield* reader.shard(runId, shard);
        },
      },
      dispatcher: { dispatch: async (orders: readonly TaskOrder[]) => void given.push(...orders) },
      launcher: { launch: async (order: RunOrder) => void launches.push(order) },
    };
    const { signal } = new AbortController();
    const looks: number[] = [];
    for (let sweeps = 0; sweeps < 6; sweeps++) {
      const deadline = deadlineAfter(clock, 100);
      await clock.run(sweep(ports, { deadline, signal }));
      looks.push(given.length);
    }
    // Three of sixteen shards at a time.
    expect(looks.at(-1)).toBe(3);
    expect(looks[0]).toBeLessThan(3);
    expect(new Set(given.map(({ taskId }) => taskId)).size).toBe(3);
    for (const order of given) await clock.run(made.work(order));
    expect(await swept(made)).toMatchObject({ tasksDispatched: 0, runsFinished: [RUN] });
  });
});

describe("sweeping listings", () => {
  it("launches a listing again whose launch was lost, ever less often", async () => {
    const made = world();
    await made.clock.run(made.start(RUN, [policyOf("source.test/app", "target.test/app")]));
    const launches: unknown[] = [];
    for (let minute = 0; minute <= 6; minute++) {
      await swept(made);
      launches.push(made.launches.map(({ epoch, nudge }) => [epoch, nudge]));
      await made.clock.advance(MINUTE_MS);
    }
    expect(launches).toEqual([[], [], [[0, 1]], [[0, 2]], [], [[0, 3]], []]);
  });

  it("launches a listing again whose holder is gone", async () => {
    const made = world();
    await made.clock.run(made.start(RUN, [policyOf("source.test/app", "target.test/app")]));
    await ledgersOf(made).listings.claim(RUN, { owner: "gone", leaseMs: 90_000 });
    await made.clock.advance(89_999);
    expect(await swept(made)).toMatchObject(NOTHING);
    await made.clock.advance(1);
    expect(await swept(made)).toMatchObject({ runsRelaunched: 1 });
    expect(made.launches).toEqual([{ runId: RUN, epoch: 1, nudge: 1 }]);
    expect(await made.clock.run(made.orchestrate(RUN))).toEqual({ kind: "enumerated" });
  });

  it("gives a listing up that never gets on, and tells so", async () => {
    const made = world();
    await made.clock.run(made.start(RUN, [policyOf("source.test/app", "target.test/app")]));
    const { listings, runs } = ledgersOf(made);
    for (let claims = 0; claims < 20; claims++) {
      await listings.claim(RUN, { owner: "dying", leaseMs: 90_000 });
      await made.clock.advance(90_000);
    }
    expect(await swept(made)).toMatchObject({ runsFinished: [RUN], runsRelaunched: 0 });
    expect(await runs.get(RUN)).toMatchObject({ state: "interrupted", enumerated: false });
    expect(await activeIds(made)).toEqual([]);
  });
});

describe("sweeping runs", () => {
  it("closes a run whose tasks have all ended, once", async () => {
    const made = await listedWorld();
    for (const order of [...made.tasks]) {
      expect((await swept(made)).runsFinished).toEqual([]);
      await made.clock.run(made.work(order));
    }

    const [first, second] = await made.clock.run(Promise.all([made.sweep(), made.sweep()]));

    const finished = [first, second].flatMap((result) =>
      typeof result === "object" ? result.runsFinished : [],
    );
    expect(finished).toEqual([RUN]);
    const told = made.events.filter(({ type }) => type === "run.finished");
    expect(told).toHaveLength(1);
    expect(await activeIds(made)).toEqual([]);
    expect(await ledgersOf(made).runs.get(RUN)).toMatchObject({ state: "finished" });
    expect(await swept(made)).toMatchObject({ runsSeen: 0 });
  });

  it("closes a run that had nothing to do", async () => {
    const made = world();
    await made.clock.run(made.start(RUN, [policyOf("source.test/none", "target.test/app")]));
    await made.clock.run(made.orchestrate(RUN));
    expect(await swept(made)).toMatchObject({ runsFinished: [RUN] });
    const { runs, tasks } = ledgersOf(made);
    const record = await runs.get(RUN);
    if (record === undefined) throw new Error("the run is gone");
    expect(await reportOfRun(record, tasks)).toMatchObject({
      enumerated: true,
      totals: { planned: 0, rules: { total: 1, failed: 1 } },
      rules: [{ code: "SOURCE_LIST_FAILED" }],
    });
  });

  it("leaves a run open whose tags are not all listed", async () => {
    const made = world();
    await made.clock.run(made.start(RUN, [policyOf("source.test/app", "target.test/app")]));
    expect(await swept(made)).toMatchObject({ runsSeen: 1, runsFinished: [] });
    expect(await activeIds(made)).toEqual([RUN]);
  });

  it("forgets a run that was never created, after a while", async () => {
    const made = world();
    await ledgersOf(made).active.note({ runId: "unborn", enteredAt: made.clock.now() });
    await swept(made);
    expect(await activeIds(made)).toEqual(["unborn"]);
    await made.clock.advance(61 * MINUTE_MS);
    await swept(made);
    expect(await activeIds(made)).toEqual([]);
  });

  it("sweeps the others when one cannot be", async () => {
    const made = await listedWorld();
    for (const order of made.tasks) await made.clock.run(made.work(order));
    await made.table.put({ partition: "run#broken", sort: "meta" }, {}, "any");
    await ledgersOf(made).active.note({ runId: "broken", enteredAt: 0 });

    await expect(swept(made)).rejects.toMatchObject({ code: "STATE_ROW_INVALID" });

    expect(await ledgersOf(made).runs.get(RUN)).toMatchObject({ state: "finished" });
  });
});

describe("a sweep of a cancelled run", () => {
  it("waits for who is at work, dispatches nothing, and ends the run", async () => {
    const made = await listedWorld();
    await leaveTask(made, "running");
    const { runs } = ledgersOf(made);
    await runs.cancel(RUN);
    await made.clock.advance(MINUTE_MS);
    expect(await swept(made)).toMatchObject({ ...NOTHING, runsSeen: 1 });
    await made.clock.advance(5 * MINUTE_MS);
    expect(await swept(made)).toMatchObject({ ...NOTHING, runsFinished: [RUN] });
    expect(made.tasks).toEqual([]);
    const record = await runs.get(RUN);
    expect(record).toMatchObject({ state: "interrupted" });
    expect(await activeIds(made)).toEqual([]);
    const report = record && (await reportOfRun(record, ledgersOf(made).tasks));
    expect(report).toMatchObject({ cancelled: true, totals: { planned: 3, suspended: 3 } });
    expect(report?.suspended).toHaveLength(3);
  });

  it("gives workers time to hear of it", async () => {
    const made = await listedWorld();
    await ledgersOf(made).runs.cancel(RUN);
    await made.clock.advance(9_000);
    expect((await swept(made)).runsFinished).toEqual([]);
    await made.clock.advance(1_000);
    expect((await swept(made)).runsFinished).toEqual([RUN]);
  });

  it("finishes it, when all was done by then", async () => {
    const made = await listedWorld();
    for (const order of made.tasks) await made.work(order);
    const { runs } = ledgersOf(made);
    await runs.cancel(RUN);
    await made.clock.advance(MINUTE_MS);
    await swept(made);
    expect(await runs.get(RUN)).toMatchObject({ state: "finished" });
  });
});
