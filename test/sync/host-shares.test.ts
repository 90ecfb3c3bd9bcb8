import { describe, expect, it } from "vitest";
import { sharesOf } from "../../lib/sync/host-shares.ts";

const NOW = 1_800_000_000_000;
const THROTTLED = { registry: "r.test", backoffUntil: 0, learntAt: NOW - 60_000 };

describe("sharesOf", () => {
  it.each([
    { concurrencyMax: 1 },
    { concurrencyMax: 10 },
    { concurrencyMax: 100 },
    { requestsPerSecond: 0.5 },
    { requestsPerSecond: 7 },
    { concurrencyMax: 50, requestsPerSecond: 20 },
  ])("parts $concurrencyMax at once and $requestsPerSecond per second without a rest", (bounds) => {
    const shares = sharesOf(bounds, undefined, NOW);
    const all = Array.from({ length: shares?.slots ?? 0 }, (_, slot) => slot);
    expect(shares?.shareOf(all)).toEqual(bounds);
    const parts = all.map((slot) => shares?.shareOf([slot]) ?? {});
    for (const { concurrencyMax = 1 } of parts) expect(concurrencyMax).toBeGreaterThanOrEqual(1);
    const sum = parts.reduce((total, part) => total + (part.concurrencyMax ?? 0), 0);
    expect(sum).toBe("concurrencyMax" in bounds ? bounds.concurrencyMax : 0);
  });

  it.each([
    ["nothing is configured or known", undefined, undefined],
    ["it throttled a while ago", { ...THROTTLED, learntAt: NOW - 3_600_000 }, undefined],
    ["it has just throttled", THROTTLED, 16],
  ])("when %s", (_, state, slots) => {
    expect(sharesOf({}, state, NOW)?.slots).toBe(slots);
  });

  it("lets what is configured stand above what was learnt", () => {
    expect(sharesOf({ concurrencyMax: 40 }, THROTTLED, NOW)?.slots).toBe(40);
  });
});
