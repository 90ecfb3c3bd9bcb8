import { expect, it } from "vitest";
import { pageMain } from "../../../lib/web/dashboard/page-shell.ts";
import { runsPage } from "../../../lib/web/dashboard/runs-page.ts";
import type { RunOverview } from "../../../lib/web/run-service.ts";
import { ago, NOW_MS, runOf } from "../../support/dashboard-world.ts";

function words(runs: readonly RunOverview[], limit = 25): string {
  const text = pageMain(runsPage({ runs, limit, nowMs: NOW_MS })).toString();
  return text.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
}

const under = runOf("under-way", {
  state: "running",
  startedAt: ago(10),
  trigger: "http",
  totals: { copied: 40, unchanged: 50, failed: 10, suspended: 100 },
  bytes: { copied: 600 * 1024, mounted: 1800 * 1024 },
});

it("says how to begin when nothing has run", () => {
  expect(words([])).toContain("Nothing has run yet");
  expect(words([])).toContain("curl -X POST");
  expect(runsPage({ runs: [], limit: 25, nowMs: NOW_MS }).refreshMs).toBe(15_000);
});

it("tells progress, pace and bytes of a run under way", () => {
  const text = words([under]);
  expect(text).toContain("under-way by a call, 1 policy");
  expect(text).toContain("100 of 200 (50 %), 10 failed");
  expect(text).toContain("10 tags/min 1.0 KiB/s");
  expect(text).toContain("600.0 KiB moved, 75 % saved");
  expect(text).toContain("10 min ago for 10 min");
  const page = runsPage({ runs: [under], limit: 25, nowMs: NOW_MS });
  expect(page).toMatchObject({
    refreshMs: 4000,
    announcement: "1 run under way. The newest is under-way.",
  });
});

it("tells policies that failed, and lists that are not complete", () => {
  const failed = runOf("a", { totals: { rules: { total: 2, failed: 1 } } });
  const listing = runOf("b", { state: "running", enumerated: false, totals: { suspended: 3 } });
  expect(words([failed])).toContain("1 policy failed");
  expect(words([listing])).toContain("0 of 3 found so far");
  const begun = runOf("c", { state: "running", enumerated: false });
  expect(words([begun])).toContain("none found so far");
});

it("adds up what the runs have done", () => {
  const text = words([under, runOf("b", { totals: { copied: 5000, failed: 1 } })]);
  expect(text).toContain("Under way 1 Tags copied 5,040 Found equal 50 Failed 11");
  expect(text).toContain("75 % of the bytes of the last 1 run did not have to be moved.");
  expect(words([runOf("b")])).toContain("No bytes have been moved or saved yet.");
});

it("offers more runs as long as there may be some", () => {
  const runs = Array.from({ length: 25 }, (_, index) => runOf(`r${index}`));
  expect(words(runs)).toContain("Show up to 100 runs");
  expect(words(runs, 100)).not.toContain("Show up to");
  expect(words(runs.slice(1))).not.toContain("Show up to");
});
