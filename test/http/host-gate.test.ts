import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Release } from "../../lib/base/permits.ts";
import { HostGate, type HostGateOptions } from "../../lib/http/host-gate.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

function gateWith(options: Omit<HostGateOptions, "clock">) {
  const clock = new VirtualClock();
  return { clock, gate: new HostGate({ clock, ...options }) };
}

/** Sends callers to the gate and notes when each gets in. */
function enterAll(gate: HostGate, clock: VirtualClock, count: number) {
  const enteredMs: number[] = [];
  const releases: Release[] = [];
  for (let i = 0; i < count; i++) {
    void gate.enter().then((release) => {
      enteredMs.push(clock.monotonicMs());
      releases.push(release);
    });
  }
  return { enteredMs, releases };
}

describe("HostGate", () => {
  it("lets in no more than its concurrency", async () => {
    const { clock, gate } = gateWith({ concurrencyStart: 2 });
    const { enteredMs, releases } = enterAll(gate, clock, 3);
    await turn();
    expect(enteredMs).toHaveLength(2);
    releases[0]?.();
    await turn();
    expect(enteredMs).toHaveLength(3);
  });

  it("starts at most at the concurrency it may reach", () => {
    expect(gateWith({ concurrencyMax: 4 }).gate.concurrency).toBe(4);
    expect(gateWith({ concurrencyMax: 0 }).gate.concurrency).toBe(1);
  });

  it("spaces starts evenly, and saves nothing up while idle", async () => {
    const { clock, gate } = gateWith({ requestsPerSecond: 10 });
    const first = enterAll(gate, clock, 3);
    await clock.advance(5_000);
    expect(first.enteredMs).toEqual([0, 100, 200]);
    const second = enterAll(gate, clock, 2);
    await clock.advance(5_000);
    expect(second.enteredMs).toEqual([5_000, 5_100]);
  });

  it("makes everybody wait through a pause, also one that grows meanwhile", async () => {
    const { clock, gate } = gateWith({});
    gate.pause(1_000);
    const { enteredMs } = enterAll(gate, clock, 2);
    await clock.advance(500);
    gate.pause(100);
    gate.pause(2_000);
    await clock.advance(1_999);
    expect(enteredMs).toEqual([]);
    await clock.advance(1);
    expect(enteredMs).toEqual([2_500, 2_500]);
  });

  it("goes on evenly after a pause", async () => {
    const { clock, gate } = gateWith({ requestsPerSecond: 10 });
    const before = enterAll(gate, clock, 2);
    await clock.advance(50);
    gate.pause(1_000);
    const during = enterAll(gate, clock, 2);
    await clock.advance(5_000);
    expect(before.enteredMs).toEqual([0, 1_050]);
    expect(during.enteredMs).toEqual([1_050, 1_150]);
  });

  it("gives the place back when the signal aborts a wait", async () => {
    const { clock, gate } = gateWith({ concurrencyStart: 1 });
    gate.pause(1_000);
    const stop = new AbortController();
    const aborted = gate.enter(stop.signal);
    const { enteredMs } = enterAll(gate, clock, 1);
    await turn();
    stop.abort(new Error("stopped"));
    await expect(aborted).rejects.toThrow("stopped");
    await clock.advance(1_000);
    expect(enteredMs).toEqual([1_000]);
  });

  it("grows while callers wait, up to its bound, and not without them", async () => {
    const { clock, gate } = gateWith({ concurrencyStart: 2, concurrencyMax: 5 });
    gate.observe("ok");
    expect(gate.concurrency).toBe(2);
    enterAll(gate, clock, 100);
    await turn();
    const seen = [1, 2, 3, 4].map(() => {
      gate.observe("ok");
      return gate.concurrency;
    });
    expect(seen).toEqual([3, 4, 5, 5]);
  });

  it("halves once per burst of throttled answers, never below one", async () => {
    const { clock, gate } = gateWith({ concurrencyStart: 16 });
    for (let i = 0; i < 10; i++) gate.observe("throttled");
    expect(gate.concurrency).toBe(8);
    for (const expected of [4, 2, 1, 1]) {
      await clock.advance(1_000);
      gate.observe("throttled");
      expect(gate.concurrency).toBe(expected);
    }
  });

  it("grows by one per round after it has been throttled", async () => {
    const { clock, gate } = gateWith({ concurrencyStart: 8 });
    gate.observe("throttled");
    enterAll(gate, clock, 100);
    await turn();
    for (let i = 0; i < 3; i++) gate.observe("ok");
    expect(gate.concurrency).toBe(4);
    gate.observe("ok");
    expect(gate.concurrency).toBe(5);
  });

  it("refuses everybody while it is closed, also those who wait for a place", async () => {
    const { clock, gate } = gateWith({ concurrencyStart: 1 });
    const release = await gate.enter();
    const waiting = gate.enter();
    gate.close(60_000);
    gate.close(1000);
    release();
    await expect(waiting).rejects.toMatchObject({ code: "HOST_PAUSED", retryAfterMs: 60_000 });
    await clock.advance(20_000);
    await expect(gate.enter()).rejects.toMatchObject({ retryAfterMs: 40_000 });
    await clock.advance(40_000);
    expect(await gate.enter()).toBeTypeOf("function");
  });

  it("takes other bounds, and its own again", async () => {
    const { clock, gate } = gateWith({ concurrencyMax: 10, requestsPerSecond: 10 });
    gate.bound({ concurrencyMax: 2, requestsPerSecond: 1 });
    expect(gate.concurrency).toBe(2);
    const { enteredMs } = enterAll(gate, clock, 3);
    await clock.advance(5_000);
    expect(enteredMs).toEqual([0, 1_000]);
    gate.bound();
    expect(gate.concurrency).toBe(10);
    await clock.advance(1);
    expect(enteredMs).toHaveLength(3);
  });

  it("stays as small as throttling has made it, whatever it is bound to", () => {
    const { gate } = gateWith({ concurrencyStart: 16 });
    gate.observe("throttled");
    gate.bound({ concurrencyMax: 12 });
    expect(gate.concurrency).toBe(8);
  });
});
