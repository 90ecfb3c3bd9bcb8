import { describe, expect, it } from "vitest";
import { DEFAULT_BACKOFF, exponentialBackoff } from "../../lib/base/backoff.ts";

const always = (value: number) => ({ next: () => value, hex: () => "" });

function delays(random: number, count: number): number[] {
  let step = exponentialBackoff(always(random));
  return Array.from({ length: count }, () => {
    const { delayMs } = step;
    step = step.next();
    return delayMs;
  });
}

describe("exponentialBackoff", () => {
  it("doubles its longest delay up to the cap", () => {
    expect(delays(1, 9)).toEqual([200, 400, 800, 1600, 3200, 6400, 12_800, 20_000, 20_000]);
  });

  it("never waits less than half the base", () => {
    expect(delays(0, 3)).toEqual([100, 100, 100]);
    const { delayMs } = exponentialBackoff(always(0), { ...DEFAULT_BACKOFF, capMs: 20 });
    expect(delayMs).toBe(20);
  });

  it("counts its steps without changing the one before", () => {
    const first = exponentialBackoff(always(0.5));
    expect(first.next().next().attempt).toBe(2);
    expect(first.attempt).toBe(0);
  });
});
