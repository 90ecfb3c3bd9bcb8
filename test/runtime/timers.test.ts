import { describe, expect, it } from "vitest";
import type { Clock } from "../../lib/base/clock.ts";
import { FerryError } from "../../lib/base/error.ts";
import { createTimers, type TimersParts } from "../../lib/runtime/timers.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createScheduleLedger } from "../../lib/state/schedule-ledger.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { policyOf } from "../support/sync-world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const START = Date.UTC(2026, 10, 1);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A wall clock that somebody may set, over one that goes on. */
function settable(inner: VirtualClock) {
  let offsetMs = 0;
  const clock: Clock = {
    now: () => inner.now() + offsetMs,
    monotonicMs: () => inner.monotonicMs(),
    cpuMs: () => inner.cpuMs(),
    sleep: (...args) => inner.sleep(...args),
    schedule: (...args) => inner.schedule(...args),
  };
  const set = (byMs: number) => {
    offsetMs += byMs;
  };
  return { clock, set };
}

/** Timers of one process over a table that outlives it. */
function process(
  inner: VirtualClock,
  options: Partial<TimersParts> & { readonly table?: StateTable } = {},
) {
  const { clock, set } = settable(inner);
  const { table = createMemoryTable({ clock }), ...parts } = options;
  const started: string[] = [];
  const runIds: string[] = [];
  const lines: { readonly message: string; readonly fields: object }[] = [];
  const timers = createTimers({
    clock,
    ledger: createScheduleLedger(table),
    underWay: async () => undefined,
    start: async ({ runId }) => {
      started.push(new Date(clock.now()).toISOString().slice(5, 16));
      runIds.push(runId);
    },
    log: (_, message, fields) => lines.push({ message, fields }),
    ...parts,
  });
  const use = (schedule: string, timeZone?: string) =>
    timers.use([
      { policy: policyOf("a.test/x", "b.test/x"), schedule, ...(timeZone && { timeZone }) },
    ]);
  return { timers, use, table, started, runIds, lines, set };
}

describe("timers", () => {
  it.each([
    [
      "*/20 * * * *",
      undefined,
      "11-01T00:30",
      ["11-01T00:40", "11-01T01:00", "11-01T01:20", "11-01T01:40"],
    ],
    ["0 */6 * * *", undefined, "11-01T05:30", ["11-01T06:00"]],
    ["30 3 * * mon-fri", undefined, "11-02T03:00", ["11-02T03:30"]],
    ["30 3 * * mon-fri", undefined, "11-01T03:00", []],
    ["0 0 2 * tue", undefined, "11-01T23:00", ["11-02T00:00"]],
    ["0 0 2 * tue", undefined, "11-02T23:00", ["11-03T00:00"]],
    ["@hourly", undefined, "11-01T00:30", ["11-01T01:00"]],
    ["@daily", undefined, "11-01T23:00", ["11-02T00:00"]],
    ["@daily", "Asia/Shanghai", "11-01T15:00", ["11-01T16:00"]],
    ["@monthly", undefined, "11-30T23:00", ["12-01T00:00"]],
    ["every 45m", undefined, "11-01T00:30", ["11-01T00:45", "11-01T01:30"]],
    ["@every 1d", undefined, "11-01T23:00", ["11-02T00:00"]],
    // Clocks are set forward, and back.
    ["30 2 * * *", "Europe/Berlin", "03-29T00:15", ["03-29T01:00"]],
    ["30 2 * * *", "Europe/Berlin", "10-25T00:15", ["10-25T00:30"]],
  ])("%s in %s fire once at each time from %s", async (schedule, zone, from, expected) => {
    const clock = new VirtualClock(Date.parse(`2026-${from}:00Z`));
    const { timers, use, started, runIds } = process(clock);
    use(schedule, zone);
    await clock.advance(1.4 * HOUR_MS);
    await timers.stop();
    expect(started).toEqual(expected);
    expect(new Set(runIds).size).toBe(expected.length);
  });

  it("fire each time once over restarts, and catch up once what was missed", async () => {
    const clock = new VirtualClock(START);
    const first = process(clock);
    first.use("0 * * * *");
    await clock.advance(1.5 * HOUR_MS);
    await first.timers.stop();

    const second = process(clock, { table: first.table });
    second.use("0 * * * *");
    await clock.advance(0.75 * HOUR_MS);
    await second.timers.stop();
    await clock.advance(10.5 * HOUR_MS);

    const third = process(clock, { table: first.table });
    third.use("0 * * * *");
    await clock.advance(0.5 * HOUR_MS);
    await third.timers.stop();

    expect(first.started).toEqual(["11-01T01:00"]);
    expect(second.started).toEqual(["11-01T02:00"]);
    expect(third.started).toEqual(["11-01T12:45", "11-01T13:00"]);
    expect(third.lines.map(({ fields }) => fields)).toEqual([
      expect.objectContaining({ dueAt: "2026-11-01T03:00:00.000Z", missed: true }),
      expect.objectContaining({ dueAt: "2026-11-01T13:00:00.000Z", missed: false }),
    ]);
  });

  it("are the same runs in two processes", async () => {
    const clock = new VirtualClock(START);
    const one = process(clock);
    const other = process(clock, { table: one.table });
    for (const { use } of [one, other]) use("0 * * * *");
    await clock.advance(3 * HOUR_MS);
    await Promise.all([one.timers.stop(), other.timers.stop()]);
    expect(new Set([...one.runIds, ...other.runIds]).size).toBe(3);
  });

  it("catch up once when the clock is set forward", async () => {
    const clock = new VirtualClock(START);
    const { timers, use, started, set } = process(clock);
    use("0 * * * *");
    await clock.advance(10 * MINUTE_MS);
    set(5 * HOUR_MS);
    await clock.advance(MINUTE_MS);
    expect(started).toEqual(["11-01T05:11"]);
    await clock.advance(HOUR_MS);
    await timers.stop();
    expect(started).toEqual(["11-01T05:11", "11-01T06:00"]);
  });

  it("fire no time again when the clock is set back", async () => {
    const clock = new VirtualClock(START);
    const { timers, use, started, set } = process(clock);
    use("0 * * * *");
    await clock.advance(2.5 * HOUR_MS);
    set(-HOUR_MS);
    await clock.advance(2 * HOUR_MS);
    await timers.stop();
    expect(started).toEqual(["11-01T01:00", "11-01T02:00", "11-01T03:00"]);
  });

  it("begin anew after a clock that was days ahead", async () => {
    const clock = new VirtualClock(START);
    const { timers, use, started, set } = process(clock);
    set(72 * HOUR_MS);
    use("0 * * * *");
    await clock.advance(1.5 * HOUR_MS);
    set(-72 * HOUR_MS);
    await clock.advance(HOUR_MS);
    await timers.stop();
    expect(started).toEqual(["11-04T01:00", "11-01T02:00"]);
  });

  it("begin anew when the schedule is changed, without catching up", async () => {
    const clock = new VirtualClock(START);
    const { timers, use, started } = process(clock);
    use("0 1 * * *");
    await clock.advance(3.5 * HOUR_MS);
    use("0 * * * *");
    await clock.advance(HOUR_MS);
    await timers.stop();
    expect(started).toEqual(["11-01T01:00", "11-01T04:00"]);
  });

  it("skip a time while a run of the policy is under way, and say so", async () => {
    const clock = new VirtualClock(START);
    const { timers, use, started, lines } = process(clock, {
      underWay: async () => (clock.now() < START + 1.5 * HOUR_MS ? "http-1" : undefined),
    });
    use("0 * * * *");
    await clock.advance(2.5 * HOUR_MS);
    await timers.stop();
    expect(started).toEqual(["11-01T02:00"]);
    expect(lines[0]).toEqual({
      message: "schedule.skipped",
      fields: { policy: expect.any(String), dueAt: "2026-11-01T01:00:00.000Z", underWay: "http-1" },
    });
  });

  it("try again what could not be started, under the same id", async () => {
    const clock = new VirtualClock(START);
    const asked: string[] = [];
    const { timers, use, lines } = process(clock, {
      start: async ({ runId }) => {
        asked.push(runId);
        if (asked.length > 1) return;
        throw new FerryError("busy", { code: "STATE_BUSY", remedy: "retry" });
      },
    });
    use("0 * * * *");
    await clock.advance(1.2 * HOUR_MS);
    await timers.stop();
    expect(asked).toHaveLength(2);
    expect(new Set(asked).size).toBe(1);
    expect(lines.map(({ message }) => message)).toEqual(["schedule.failed", "schedule.started"]);
  });

  it("fire nothing that is not used any more", async () => {
    const clock = new VirtualClock(START);
    const { timers, use, started } = process(clock);
    use("0 * * * *");
    await clock.advance(HOUR_MS / 2);
    timers.use([]);
    await clock.advance(3 * HOUR_MS);
    await timers.stop();
    expect(started).toEqual([]);
  });
});
