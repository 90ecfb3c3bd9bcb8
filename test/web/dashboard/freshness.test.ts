import { expect, it } from "vitest";
import { freshness } from "../../../lib/web/dashboard/freshness.ts";
import { ago, NOW_MS, runOf } from "../../support/dashboard-world.ts";

const done = runOf("done", { totals: { copied: 1 } });
const failed = runOf("failed", { totals: { failed: 1 } });
const running = runOf("running", { state: "running" });

it.each([
  ["Never mirrored no run yet", {}],
  ["In step as of 1 h ago", { lastRun: done, freshAt: ago(60) }],
  ["In step as of 1 h ago", { freshAt: ago(60) }],
  ["In step as of 1 h ago", { lastRun: done, freshAt: ago(60), nextRunAt: ago(1) }],
  ["Behind by up to 1 d", { lastRun: done, freshAt: ago(1500), nextRunAt: ago(6) }],
  ["Behind by up to 1 d", { lastRun: failed, freshAt: ago(1500) }],
  ["Behind never equal so far", { lastRun: failed }],
  ["Catching up by up to 2 h", { lastRun: running, freshAt: ago(120) }],
  ["Catching up never equal so far", { lastRun: running }],
])("says %s", (words, change) => {
  const policy = { name: "p", source: "a/b", targets: ["c/d"], push: false, ...change };
  const text = freshness(policy, NOW_MS)
    .toString()
    .replace(/<svg.*?<\/svg>/, "");
  expect(
    text
      .replace(/<[^>]+>/g, " ")
      .replace(/ +/g, " ")
      .trim(),
  ).toBe(words);
});
