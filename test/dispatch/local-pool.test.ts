import { describe, expect, it } from "vitest";
import { createLocalPool } from "../../lib/dispatch/local-pool.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

function ordersOf(count: number) {
  return Array.from({ length: count }, (_, number) => ({ runId: "r", taskId: `t${number}` }));
}

function pool(clock: VirtualClock, again: (taskId: string, go: number) => number | undefined) {
  const log: [string, number][] = [];
  const goes = new Map<string, number>();
  let [running, peak] = [0, 0];
  const made = createLocalPool({
    jobs: 2,
    pause: (milliseconds) => clock.sleep(milliseconds),
    run: async ({ taskId }) => {
      peak = Math.max(peak, ++running);
      log.push([taskId, clock.monotonicMs()]);
      await clock.sleep(10);
      running--;
      const go = (goes.get(taskId) ?? 0) + 1;
      goes.set(taskId, go);
      return again(taskId, go);
    },
  });
  return { ...made, log, peak: () => peak };
}

describe("a local pool", () => {
  it("works on so many tasks at once, in the order given", async () => {
    const clock = new VirtualClock();
    const made = pool(clock, () => undefined);
    await clock.run(made.dispatch(ordersOf(5)).then(made.idle));
    expect(made.log.map(([taskId]) => taskId)).toEqual(["t0", "t1", "t2", "t3", "t4"]);
    expect(made.peak()).toBe(2);
  });

  it("makes whoever dispatches wait when enough is waiting", async () => {
    const clock = new VirtualClock();
    const made = pool(clock, () => undefined);
    let isDone = false;
    const dispatching = made.dispatch(ordersOf(30)).then(() => {
      isDone = true;
    });
    await clock.advance(0);
    expect(isDone).toBe(false);
    await clock.run(dispatching.then(made.idle));
    expect(made.log).toHaveLength(30);
  });

  it("works on a task again when it says so, and lets others by meanwhile", async () => {
    const clock = new VirtualClock();
    const made = pool(clock, (taskId, go) => (taskId === "t0" && go === 1 ? 1000 : undefined));
    await clock.run(made.dispatch(ordersOf(4)).then(made.idle));
    expect(made.log).toEqual([
      ["t0", 0],
      ["t1", 0],
      ["t2", 10],
      ["t3", 10],
      ["t0", 1010],
    ]);
  });

  it("begins a delayed task when it may be begun", async () => {
    const clock = new VirtualClock();
    const made = pool(clock, () => undefined);
    await clock.run(made.dispatch([{ runId: "r", taskId: "t", delayMs: 500 }]).then(made.idle));
    expect(made.log).toEqual([["t", 500]]);
  });

  it("tells of a fault when all is done", async () => {
    const made = createLocalPool({
      jobs: 1,
      pause: async () => undefined,
      run: async ({ taskId }) => {
        if (taskId === "t1") throw new Error("broken");
        return undefined;
      },
    });
    await made.dispatch(ordersOf(3));
    await expect(made.idle()).rejects.toThrow("broken");
    await made.idle();
  });
});
