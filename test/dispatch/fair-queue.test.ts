import { describe, expect, it } from "vitest";
import { FairQueue, type FairQueueOptions, type QueuedJob } from "../../lib/dispatch/fair-queue.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

/** A queue whose jobs take a second each; `log` has them as they begin. */
function queueOf(options: Partial<FairQueueOptions> = {}) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const drained: string[] = [];
  const failed: string[] = [];
  const queue = new FairQueue({
    ...{ jobs: 1, reserved: 0, clock },
    async run({ group, key }) {
      log.push(`${group}/${key}`);
      await clock.sleep(1_000);
      return undefined;
    },
    drained: (group) => drained.push(group),
    failed: ({ key }) => failed.push(key),
    ...options,
  });
  const add = (group: string, ...keys: string[]) => {
    for (const key of keys) queue.add({ group, key });
  };
  return { clock, queue, log, drained, failed, add };
}

describe("a fair queue", () => {
  it("gives each group its turn, however much another has waiting", async () => {
    const { clock, log, add, drained } = queueOf();
    add("migration", "1", "2", "3", "4");
    add("push", "now");
    await clock.runUntilIdle();
    expect(log).toEqual(["migration/1", "migration/2", "push/now", "migration/3", "migration/4"]);
    expect(drained).toEqual(["push", "migration"]);
  });

  it("keeps reserved workers free for groups that have none", async () => {
    const { clock, log, add } = queueOf({ jobs: 4, reserved: 2 });
    add("migration", "1", "2", "3", "4");
    expect(log).toEqual(["migration/1", "migration/2"]);
    add("push", "1", "2");
    expect(log.slice(2)).toEqual(["push/1"]);
    await clock.runUntilIdle();
    expect(log).toHaveLength(6);
  });

  it("takes a job that it has already once, and at the earlier of two times", async () => {
    const { clock, queue, log } = queueOf();
    for (const delayMs of [5_000, 2_000, 9_000]) queue.add({ group: "g", key: "k", delayMs });
    await clock.advance(1_999);
    expect(log).toEqual([]);
    await clock.runUntilIdle();
    expect(log).toEqual(["g/k"]);
  });

  it("does a job once more that was ordered while it was at work", async () => {
    const { clock, log, add, drained } = queueOf();
    add("g", "k");
    await clock.advance(500);
    add("g", "k", "k");
    await clock.runUntilIdle();
    expect(log).toEqual(["g/k", "g/k"]);
    expect(drained).toEqual(["g"]);
  });

  it("does a job again when it asks for that, after its time", async () => {
    const begins: number[] = [];
    const { clock, add, queue } = queueOf({
      run: async () => {
        begins.push(clock.now());
        return begins.length < 3 ? 10_000 : undefined;
      },
    });
    add("g", "k");
    expect(queue.has("g")).toBe(true);
    await clock.runUntilIdle();
    expect(begins.map((at) => at - (begins[0] ?? 0))).toEqual([0, 10_000, 20_000]);
    expect(queue.has("g")).toBe(false);
  });

  it("tells of a job that fails, and goes on", async () => {
    const { clock, add, failed, drained } = queueOf({
      run: async ({ key }: QueuedJob) => {
        if (key === "bad") throw new Error("no");
        return undefined;
      },
    });
    add("g", "bad", "good");
    await clock.runUntilIdle();
    expect(failed).toEqual(["bad"]);
    expect(drained).toEqual(["g"]);
  });

  it("has whoever fills a group wait while it is full, and nobody else", async () => {
    const { clock, queue } = queueOf();
    for (let index = 0; index < 501; index++) queue.add({ group: "full", key: `${index}` });
    let isThere = false;
    const room = queue.room("full").then(() => {
      isThere = true;
    });
    await queue.room("other");
    await clock.advance(999);
    expect(isThere).toBe(false);
    await clock.advance(1);
    await room;
    expect(isThere).toBe(true);
  });

  it("forgets what a group has left when it is dropped", async () => {
    const { clock, queue, log, add, drained } = queueOf();
    add("g", "1", "2");
    queue.add({ group: "g", key: "later", delayMs: 10_000 });
    queue.drop("g");
    queue.drop("unknown");
    add("other", "1");
    await clock.runUntilIdle();
    expect(log).toEqual(["g/1", "other/1"]);
    expect(drained).toEqual(["g", "other"]);
  });

  it("begins nothing once it is closed, and waits for what is at work", async () => {
    const { clock, queue, log, add } = queueOf();
    add("g", "1", "2");
    queue.add({ group: "g", key: "later", delayMs: 10_000 });
    for (let index = 0; index < 501; index++) queue.add({ group: "full", key: `${index}` });
    const room = queue.room("full");
    let isClosed = false;
    const closed = queue.close().then(() => {
      isClosed = true;
    });
    await expect(room).rejects.toMatchObject({ code: "DISPATCH_FAILED" });
    await clock.advance(999);
    expect(isClosed).toBe(false);
    await clock.runUntilIdle();
    await closed;
    add("g", "3");
    await clock.runUntilIdle();
    expect(log).toEqual(["g/1"]);
    expect(queue.working).toBe(0);
  });
});
