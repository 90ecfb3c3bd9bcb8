import { describe, expect, it } from "vitest";
import { VirtualClock } from "./virtual-clock.ts";

describe("VirtualClock", () => {
  it("stands still until it is moved", async () => {
    const clock = new VirtualClock(1000);
    const fired: number[] = [];
    clock.schedule(50, () => fired.push(clock.now()));
    clock.schedule(10, () => fired.push(clock.now()));
    await clock.advance(49);
    expect([fired, clock.now(), clock.pending]).toEqual([[1010], 1049, 1]);
    await clock.advance(1);
    expect([fired, clock.monotonicMs()]).toEqual([[1010, 1050], 50]);
  });

  it("fires timers of one moment in the order they were set, and those they set", async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    clock.schedule(5, () => {
      fired.push("first");
      clock.schedule(1, () => fired.push("child"));
    });
    clock.schedule(5, () => fired.push("second"));
    await clock.runUntilIdle();
    expect([fired, clock.monotonicMs()]).toEqual([["first", "second", "child"], 6]);
  });

  it("cancels timers", async () => {
    const clock = new VirtualClock();
    let fired = false;
    const cancel = clock.schedule(5, () => {
      fired = true;
    });
    cancel();
    await clock.advance(10);
    expect(fired).toBe(false);
  });

  it("gives up a sleep with the signal's reason", async () => {
    const clock = new VirtualClock();
    const reason = new Error("stop");
    await expect(clock.sleep(5, AbortSignal.abort(reason))).rejects.toBe(reason);
    const abort = new AbortController();
    const asleep = clock.sleep(5, abort.signal);
    abort.abort(reason);
    await expect(asleep).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });

  it("runs work to its end, however long it sleeps", async () => {
    const clock = new VirtualClock();
    const work = async () => {
      for (let day = 0; day < 3; day++) await clock.sleep(86_400_000);
      return "done";
    };
    expect(await clock.run(work())).toBe("done");
    expect(clock.monotonicMs()).toBe(3 * 86_400_000);
  });

  it("tells when work can never end", async () => {
    const stuck = new VirtualClock().run(new Promise(() => undefined));
    await expect(stuck).rejects.toThrow("no timer");
  });
});
