import { describe, expect, it } from "vitest";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createScheduleLedger } from "../../lib/state/schedule-ledger.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const HOURLY = { schedule: "@hourly UTC", doneUntil: 1_000 };

function ledger() {
  return createScheduleLedger(createMemoryTable({ clock: new VirtualClock() }));
}

describe("a schedule ledger", () => {
  it("keeps how far each policy's schedule is dealt with", async () => {
    const schedules = ledger();
    expect(await schedules.get("a")).toBeUndefined();
    const seen = await schedules.advance("a", HOURLY, undefined);
    await schedules.advance("a", { ...HOURLY, doneUntil: 2_000, runId: "timer-1" }, seen);
    expect(await schedules.get("a")).toEqual({ ...HOURLY, doneUntil: 2_000, runId: "timer-1" });
    expect(await schedules.get("b")).toBeUndefined();
  });

  it("lets the faster of two go on, and tells the other what stands", async () => {
    const schedules = ledger();
    const seen = await schedules.advance("a", HOURLY, undefined);
    const faster = { ...HOURLY, doneUntil: 3_000 };
    expect(await schedules.advance("a", faster, seen)).toEqual(faster);
    expect(await schedules.advance("a", { ...HOURLY, doneUntil: 2_000 }, seen)).toEqual(faster);
    expect(await schedules.get("a")).toEqual(faster);
  });

  it("keeps policies apart whatever their names hold", async () => {
    const schedules = ledger();
    await schedules.advance("a#-", HOURLY, undefined);
    expect(await schedules.get("a")).toBeUndefined();
    expect(await schedules.get("a#-")).toEqual(HOURLY);
  });
});
