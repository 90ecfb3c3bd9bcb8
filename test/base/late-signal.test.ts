import { describe, expect, it } from "vitest";
import { lateSignal } from "../../lib/base/late-signal.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const REASON = new Error("stop");

describe("a late signal", () => {
  it("aborts for the same reason, so much later", async () => {
    const clock = new VirtualClock();
    const first = new AbortController();
    const late = lateSignal(first.signal, clock, () => 2000);

    first.abort(REASON);
    await clock.advance(1999);
    expect(late.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(late.signal.reason).toBe(REASON);
  });

  it.each([0, -5])("aborts at once with %i ms of grace", (graceMs) => {
    const first = new AbortController();
    const late = lateSignal(first.signal, new VirtualClock(), () => graceMs);
    first.abort(REASON);
    expect(late.signal.reason).toBe(REASON);
  });

  it("follows no longer once it is stopped, and leaves no timer", async () => {
    const clock = new VirtualClock();
    const first = new AbortController();
    const [early, late] = [1, 2].map(() => lateSignal(first.signal, clock, () => 1000));
    early?.stop();
    first.abort(REASON);
    late?.stop();
    expect(clock.pending).toBe(0);
    await clock.advance(5000);
    expect([early, late].map((one) => one?.signal.aborted)).toEqual([false, false]);
  });
});
