import { describe, expect, it } from "vitest";
import { Alarm } from "../../lib/base/alarm.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

function alarmWithLog() {
  const clock = new VirtualClock();
  const alarm = new Alarm(clock);
  const rung: [string, number][] = [];
  const set = (name: string, milliseconds: number) =>
    alarm.set(milliseconds, () => rung.push([name, clock.monotonicMs()]));
  return { clock, alarm, rung, set };
}

describe("Alarm", () => {
  it("rings once, when it was set to", async () => {
    const { clock, rung, set } = alarmWithLog();
    set("first", 1_000);
    await clock.advance(999);
    expect(rung).toEqual([]);
    await clock.advance(10_000);
    expect({ rung, pending: clock.pending }).toEqual({ rung: [["first", 1_000]], pending: 0 });
  });

  it("is moved on without a new timer of the clock", async () => {
    const { clock, rung, set } = alarmWithLog();
    for (let i = 0; i < 100; i++) {
      set(`turn ${i}`, 1_000);
      expect(clock.pending).toBe(1);
      await clock.advance(100);
    }
    await clock.advance(10_000);
    expect(rung).toEqual([["turn 99", 10_900]]);
  });

  it("is moved to an earlier time as well", async () => {
    const { clock, rung, set } = alarmWithLog();
    set("late", 60_000);
    set("early", 10);
    await clock.advance(100_000);
    expect(rung).toEqual([["early", 10]]);
  });

  it("rings not once it is cleared, and can be set again", async () => {
    const { clock, alarm, rung, set } = alarmWithLog();
    set("first", 1_000);
    alarm.clear();
    await clock.advance(500);
    set("second", 1_000);
    await clock.advance(5_000);
    expect(rung).toEqual([["second", 1_500]]);
  });

  it("leaves no timer once it is closed", () => {
    const { clock, alarm, set } = alarmWithLog();
    set("first", 1_000);
    alarm.close();
    expect(clock.pending).toBe(0);
  });
});
