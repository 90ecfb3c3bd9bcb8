import { describe, expect, it } from "vitest";
import { seededRandom } from "./seeded-random.ts";

function take(seed: number, count: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.next());
}

describe("seededRandom", () => {
  it("repeats itself by seed, and differs between seeds", () => {
    expect(take(7, 20)).toEqual(take(7, 20));
    expect(take(7, 20)).not.toEqual(take(8, 20));
  });

  it("spreads over [0, 1)", () => {
    const numbers = take(1, 10_000);
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    expect(mean).toBeCloseTo(0.5, 1);
  });

  it("writes hex of the wanted length", () => {
    expect(seededRandom(3).hex(16)).toMatch(/^[0-9a-f]{32}$/);
  });
});
