import { beforeEach, describe, expect, it } from "vitest";
import { systemRandom } from "../../lib/base/random.ts";
import { createListingLedger } from "../../lib/state/listing-ledger.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createRunLedger, type RunLedger } from "../../lib/state/run-ledger.ts";
import type { NewRun } from "../../lib/state/run-record.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { losingAnswers } from "./lost-answers.ts";
import { ManualClock } from "./manual-clock.ts";

const DAY_MS = 86_400_000;

let clock: ManualClock;
let table: StateTable;
let ledger: RunLedger;

function newRun(id: string): NewRun {
  return { id, trigger: "timer", startedAt: clock.now(), policies: 3 };
}

/** Lists the run to its end. */
async function enumerate(runId: string): Promise<void> {
  const listings = createListingLedger(table, { clock, random: systemRandom });
  const claim = await listings.claim(runId, { owner: "us", leaseMs: 1000 });
  expect(await claim?.complete({})).toBe(true);
}

async function listed(limit: number): Promise<readonly string[]> {
  return (await ledger.list(limit)).map((run) => run.id);
}

beforeEach(() => {
  clock = new ManualClock();
  table = createMemoryTable({ clock });
  ledger = createRunLedger(table, { clock, random: systemRandom });
});

describe("RunLedger", () => {
  it("enters a run as running, with nothing planned yet", async () => {
    const run = newRun("r1");
    const listing = { epoch: 0, fruitless: 0, freeAt: clock.now() };
    const expected = { ...run, state: "running", enumerated: false, listing };
    expect(await ledger.create(run)).toEqual(expected);
    expect(await ledger.get("r1")).toEqual(expected);
    expect(await ledger.get("r2")).toBeUndefined();
  });

  it("leaves a run alone that is entered again", async () => {
    const first = await ledger.create(newRun("r1"));
    await enumerate("r1");
    clock.advance(1000);
    const again = await ledger.create(newRun("r1"));
    expect(again).toMatchObject({ startedAt: first.startedAt, enumerated: true });
    expect(await listed(10)).toEqual(["r1"]);
  });

  it("lists a run whose creator died half-way, once it is entered again", async () => {
    const run = newRun("r1");
    const dying = createRunLedger(
      {
        ...losingAnswers(table),
        put: async (key, value, expected) => {
          if (key.partition === "runs") throw new Error("killed");
          return table.put(key, value, expected);
        },
      },
      { clock, random: systemRandom },
    );
    await expect(dying.create(run)).rejects.toThrow("killed");
    expect(await listed(10)).toEqual([]);
    await ledger.create(run);
    expect(await listed(10)).toEqual(["r1"]);
  });

  it("lists the newest runs first", async () => {
    for (let number = 0; number < 12; number++) {
      await ledger.create(newRun(`r${number}`));
      clock.advance(1);
    }
    expect(await listed(3)).toEqual(["r11", "r10", "r9"]);
    expect((await listed(100)).length).toBe(12);
    expect(await listed(0)).toEqual([]);
  });

  it("finishes once: of many callers one hears so, and its summary stays", async () => {
    await ledger.create(newRun("r1"));
    await enumerate("r1");
    const others = [1, 2, 3].map((number) => ledger.finish("r1", { by: number }));
    const heard = await Promise.all(others);
    expect(heard.filter(Boolean).length).toBe(1);
    expect(await ledger.get("r1")).toMatchObject({
      state: "finished",
      endedAt: clock.now(),
      summary: { by: heard.indexOf(true) + 1 },
    });
    expect(await ledger.interrupt("r1", { by: 4 })).toBe(false);
    expect((await ledger.get("r1"))?.summary).toEqual({ by: heard.indexOf(true) + 1 });
  });

  it("does not finish before all tasks are planned", async () => {
    await ledger.create(newRun("r1"));
    await expect(ledger.finish("r1", {})).rejects.toMatchObject({ code: "RUN_NOT_ENUMERATED" });
    expect((await ledger.get("r1"))?.state).toBe("running");
  });

  it("lets an interrupted run go on to its end", async () => {
    await ledger.create(newRun("r1"));
    expect(await ledger.interrupt("r1", { left: 3 })).toBe(true);
    expect(await ledger.get("r1")).toMatchObject({ state: "interrupted", summary: { left: 3 } });
    await ledger.reopen("r1");
    const running = await ledger.get("r1");
    expect(running).toMatchObject({ state: "running", enumerated: false });
    expect(running).toMatchObject({ summary: undefined, endedAt: undefined });
    await enumerate("r1");
    expect(await ledger.finish("r1", { left: 0 })).toBe(true);
  });

  it("keeps a run while it goes on, and ninety days after its end", async () => {
    await ledger.create(newRun("open"));
    await ledger.create(newRun("ended"));
    await enumerate("ended");
    await ledger.finish("ended", {});
    clock.advance(90 * DAY_MS - 1);
    expect((await listed(10)).toSorted()).toEqual(["ended", "open"]);
    clock.advance(1);
    expect(await listed(10)).toEqual(["open"]);
    expect(await ledger.get("ended")).toBeUndefined();
  });

  it("takes its own write for a success when the answer to it got lost", async () => {
    const lossy = createRunLedger(losingAnswers(table), { clock, random: systemRandom });
    expect((await lossy.create(newRun("r1"))).state).toBe("running");
    await enumerate("r1");
    expect(await lossy.finish("r1", { by: "us" })).toBe(true);
    expect(await lossy.finish("r1", { by: "us" })).toBe(false);
  });

  it("names a run that is not there", async () => {
    const changes = [ledger.finish("r9", {}), ledger.interrupt("r9", {}), ledger.reopen("r9")];
    for (const change of changes) {
      await expect(change).rejects.toMatchObject({
        code: "RUN_UNKNOWN",
        message: `there is no run "r9"`,
      });
    }
  });

  it.each([
    ["is no object", []],
    [`has no usable "id"`, {}],
    [`has no usable "trigger"`, { id: "r1", trigger: "moon" }],
  ])("refuses a stored run that %s, without showing it", async (what, value) => {
    await table.put({ partition: "run#r1", sort: "meta" }, value, "any");
    await expect(ledger.get("r1")).rejects.toMatchObject({
      code: "STATE_ROW_INVALID",
      message: `the stored record of a run ${what}`,
    });
  });

  it("marks a running run as cancelled, once, and leaves one that ended alone", async () => {
    await ledger.create(newRun("r1"));
    const cancelledAt = clock.now();
    const listing = { epoch: 1, freeAt: cancelledAt };
    expect(await ledger.cancel("r1")).toMatchObject({ state: "running", cancelledAt, listing });
    clock.advance(1);
    expect(await ledger.cancel("r1")).toMatchObject({ cancelledAt });
    await ledger.interrupt("r1", {});
    await ledger.reopen("r1");
    expect((await ledger.get("r1"))?.cancelledAt).toBeUndefined();
    await ledger.interrupt("r1", {});
    expect((await ledger.cancel("r1")).cancelledAt).toBeUndefined();
    await expect(ledger.cancel("r9")).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
  });
});
