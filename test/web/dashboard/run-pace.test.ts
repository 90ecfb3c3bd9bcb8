import { expect, it } from "vitest";
import { paceOf } from "../../../lib/web/dashboard/run-pace.ts";
import { ago, NOW_MS, runOf } from "../../support/dashboard-world.ts";

const totals = { copied: 50, unchanged: 40, failed: 10, suspended: 200 };
const bytes = { copied: 6_000_000 };

it("reckons pace and what is left of a run under way", () => {
  const run = runOf("id", { state: "running", startedAt: ago(10), totals, bytes });
  expect(paceOf(run, NOW_MS)).toEqual({
    elapsedMs: 600_000,
    tagsPerMinute: 10,
    bytesPerSecond: 10_000,
    leftMs: 1_200_000,
  });
});

it.each([
  ["not all tags are known", { state: "running", enumerated: false }],
  ["it is to stop", { state: "running", cancelled: true }],
  ["it is over", { state: "finished", finishedAt: ago(0) }],
] as const)("promises no end when %s", (_, change) => {
  const pace = paceOf(runOf("id", { startedAt: ago(10), totals, ...change }), NOW_MS);
  expect(pace).toMatchObject({ elapsedMs: 600_000, tagsPerMinute: 10 });
  expect(pace.leftMs).toBeUndefined();
});

it("tells no pace before there is one", () => {
  const early = runOf("id", { state: "running", startedAt: ago(0.02), totals });
  const idle = runOf("id", { state: "running", startedAt: ago(10), totals: { suspended: 3 } });
  expect(paceOf(early, NOW_MS)).toEqual({ elapsedMs: 1200 });
  expect(paceOf(idle, NOW_MS)).toEqual({ elapsedMs: 600_000 });
});
