import { beforeEach, describe, expect, it } from "vitest";
import { createActiveRuns } from "../../lib/state/active-runs.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createRunParts } from "../../lib/state/run-parts.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { ManualClock } from "./manual-clock.ts";

const DAY_MS = 86_400_000;

let clock: ManualClock;
let table: StateTable;

beforeEach(() => {
  clock = new ManualClock();
  table = createMemoryTable({ clock });
});

describe("RunParts", () => {
  it("gives policies back in their order, however many there are", async () => {
    const parts = createRunParts(table, { clock });
    const policies = Array.from({ length: 12_000 }, (_, number) => ({ name: `p${number}` }));
    await parts.savePolicies("r1", policies);
    expect(await parts.policies("r1")).toEqual(policies);
    expect(await parts.policies("r2")).toEqual([]);
  });

  it("goes on with the batches of claims that are there", async () => {
    const parts = createRunParts(table, { clock });
    await parts.saveClaims("r1", 0, [["a"], ["b"]]);
    await parts.saveClaims("r1", 2, [["c"]]);
    await parts.saveClaims("r1", 2, [["d"]]);
    expect(await parts.claims("r1")).toEqual([["a"], ["b"], ["d"]]);
    expect(await parts.policies("r1")).toEqual([]);
  });

  it("are gone when nobody can need them any more", async () => {
    const parts = createRunParts(table, { clock });
    await parts.savePolicies("r1", ["p"]);
    clock.advance(179 * DAY_MS);
    expect(await parts.policies("r1")).toEqual(["p"]);
    clock.advance(DAY_MS);
    expect(await parts.policies("r1")).toEqual([]);
  });
});

describe("ActiveRuns", () => {
  it("lists what was noted of the runs that are in", async () => {
    const active = createActiveRuns(table);
    const brokenOff = { shard: 3, open: true, beganAt: 7 };
    await active.note({ runId: "a", enteredAt: 1 });
    await active.note({ runId: "b", enteredAt: 2, sweptAt: 5, brokenOff });
    await active.note({ runId: "c", enteredAt: 3, sweptAt: 4 });
    await active.note({ runId: "c", enteredAt: 3, sweptAt: 6 });
    await active.remove("a");
    await active.remove("nobody");

    const listed = [];
    for await (const run of active.list()) listed.push(run);

    expect(listed).toEqual([
      { runId: "b", enteredAt: 2, sweptAt: 5, brokenOff },
      { runId: "c", enteredAt: 3, sweptAt: 6 },
    ]);
  });
});
