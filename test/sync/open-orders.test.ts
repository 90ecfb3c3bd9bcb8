import { describe, expect, it } from "vitest";
import { createActiveRuns } from "../../lib/state/active-runs.ts";
import { createListingLedger } from "../../lib/state/listing-ledger.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createRunLedger } from "../../lib/state/run-ledger.ts";
import { createTaskLedger } from "../../lib/state/task-ledger.ts";
import { createTaskReader } from "../../lib/state/task-reader.ts";
import type { TaskOrder } from "../../lib/sync/dispatcher.ts";
import { openOrders } from "../../lib/sync/open-orders.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

function bed() {
  const clock = new VirtualClock();
  const table = createMemoryTable({ clock });
  const parts = { clock, random: seededRandom(1) };
  const runs = createRunLedger(table, parts);
  const tasks = createTaskLedger(table, parts);
  const active = createActiveRuns(table);
  const start = async (id: string) => {
    await active.note({ runId: id, enteredAt: clock.now() });
    await runs.create({ id, trigger: "http", startedAt: clock.now(), policies: 1 });
  };
  const read = async () => {
    const found: { readonly runId: string; readonly listing: unknown; tasks: TaskOrder[] }[] = [];
    const ports = { active, runs, taskReader: createTaskReader(table), clock };
    for await (const { runId, listing, tasks: orders } of openOrders(ports)) {
      const list: TaskOrder[] = [];
      for await (const order of orders()) list.push(order);
      found.push({ runId, listing, tasks: list.sort((a, b) => (a.taskId < b.taskId ? -1 : 1)) });
    }
    return found;
  };
  return { clock, runs, tasks, start, read, listings: createListingLedger(table, parts) };
}

describe("open orders", () => {
  it("are for each task that has not ended, when somebody may have it", async () => {
    const { clock, tasks, start, read } = bed();
    await start("r");
    for (const taskId of ["copied", "pending", "running", "waiting"]) {
      await tasks.plan("r", taskId, {});
    }
    const claim = (taskId: string) => tasks.claim("r", taskId, { owner: "o", leaseMs: 90_000 });
    await claim("running");
    const waiting = await claim("waiting");
    const copied = await claim("copied");
    if (waiting === undefined || copied === undefined) throw new Error("both were free");
    await tasks.settle(copied, "copied", {}, { progressed: true, failed: false });
    const notBefore = clock.now() + 20_000;
    await tasks.settle(waiting, "waiting", {}, { progressed: false, failed: true, notBefore });
    await clock.advance(10_000);
    expect((await read())[0]?.tasks).toMatchObject([
      { taskId: "pending", delayMs: 0 },
      { taskId: "running", delayMs: 80_000 },
      { taskId: "waiting", delayMs: 10_000 },
    ]);
  });

  it("are for listings that are not done, after whoever holds them", async () => {
    const { clock, listings, runs, start, read } = bed();
    for (const id of ["done", "free", "held"]) await start(id);
    await listings.claim("held", { owner: "o", leaseMs: 90_000 });
    const claim = await listings.claim("done", { owner: "o", leaseMs: 90_000 });
    await claim?.complete({});
    await clock.advance(30_000);
    expect(await read()).toMatchObject([
      { runId: "done", listing: undefined },
      { runId: "free", listing: { runId: "free", delayMs: 0 } },
      { runId: "held", listing: { runId: "held", delayMs: 60_000 } },
    ]);
    await runs.finish("done", {});
    expect((await read()).map(({ runId }) => runId)).toEqual(["free", "held"]);
  });
});
