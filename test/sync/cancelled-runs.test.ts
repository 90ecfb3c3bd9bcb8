import { expect, it } from "vitest";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createRunLedger } from "../../lib/state/run-ledger.ts";
import { CANCEL_SEEN_MS, watchCancelled } from "../../lib/sync/cancelled-runs.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

async function bed() {
  const clock = new VirtualClock();
  const table = createMemoryTable({ clock });
  const runs = createRunLedger(table, { clock, random: seededRandom(1) });
  await runs.create({ id: "r", trigger: "http", startedAt: clock.now(), policies: 1 });
  return { clock, runs };
}

it("hears of a cancel in time, and asks the table now and then only", async () => {
  const { clock, runs } = await bed();
  let asked = 0;
  const get: typeof runs.get = (runId) => {
    asked++;
    return runs.get(runId);
  };
  const isCancelled = watchCancelled({ get }, clock);
  expect(await isCancelled("r")).toBe(false);
  await runs.cancel("r");
  await clock.advance(CANCEL_SEEN_MS - 1);
  expect([await isCancelled("r"), await isCancelled("r"), asked]).toEqual([false, false, 1]);
  await clock.advance(1);
  expect([await isCancelled("r"), asked]).toEqual([true, 2]);
  expect(await isCancelled("nobody's")).toBe(false);
});

it("asks again after a failure, and keeps few runs in mind", async () => {
  const { clock, runs } = await bed();
  const failures = [new Error("the table is away")];
  let asked = 0;
  const get: typeof runs.get = async (runId) => {
    asked++;
    const failure = failures.pop();
    if (failure !== undefined) throw failure;
    return runs.get(runId);
  };
  const isCancelled = watchCancelled({ get }, clock);
  await expect(isCancelled("r")).rejects.toThrow("away");
  expect(await isCancelled("r")).toBe(false);
  for (let index = 0; index < 100; index++) await isCancelled(`other ${index}`);
  asked = 0;
  await isCancelled("r");
  expect(asked).toBe(1);
});
