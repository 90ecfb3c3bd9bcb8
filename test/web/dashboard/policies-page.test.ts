import { expect, it } from "vitest";
import { pageMain } from "../../../lib/web/dashboard/page-shell.ts";
import { policiesPage } from "../../../lib/web/dashboard/policies-page.ts";
import type { PolicyOverview } from "../../../lib/web/run-service.ts";
import { ago, NOW_MS, runOf } from "../../support/dashboard-world.ts";

function words(change: Partial<PolicyOverview>): string {
  const policy = { name: "nginx", source: "a/b", targets: ["c/d", "e/f"], push: false, ...change };
  const text = pageMain(policiesPage([policy], NOW_MS)).toString();
  return text.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
}

it("says what a policy looks like when there is none", () => {
  const text = pageMain(policiesPage([], NOW_MS)).toString();
  expect(text).toContain("No policies");
  expect(text).toContain("source: docker.io/library/nginx");
});

it("tells where each policy leads", () => {
  expect(words({})).toContain("nginx a/ b → to c/ d → to e/ f");
  expect(words({ name: "<b>" })).toContain("&lt;b&gt;");
});

it.each([
  [{}, "never when it is called"],
  [{ push: true }, "never at each push"],
  [{ schedule: "every 6h", nextRunAt: ago(-60) }, "never in 1 h every 6h"],
  [
    { schedule: "0 3 * * *", nextRunAt: ago(-120), push: true },
    "never in 2 h 0 3 * * * and at each push",
  ],
  [{ lastRun: runOf("r", { totals: { copied: 1 } }) }, "Done 1 h ago when it is called"],
])("tells the last and the next run of %j", (change, text) => {
  expect(words(change)).toContain(text);
});
