import { expect, it } from "vitest";
import { pageMain } from "../../../lib/web/dashboard/page-shell.ts";
import { registriesPage } from "../../../lib/web/dashboard/registries-page.ts";
import type { RegistryOverview } from "../../../lib/web/run-service.ts";
import { ago, NOW_MS } from "../../support/dashboard-world.ts";

const LATEST = { runId: "run-1", message: "<denied>" };

function words(
  registries: readonly RegistryOverview[],
  codes: ReadonlyMap<string, number> = new Map(),
): string {
  const failures = new Map(codes.size === 0 ? [] : [["a.test", { codes, latest: LATEST }]]);
  const text = pageMain(registriesPage({ registries, failures, nowMs: NOW_MS })).toString();
  return text.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
}

it.each([
  ["that it waits", { backoffUntil: ago(-4) }, "Backing off asked for again in 4 min"],
  ["that few are left", { limit: 200, remaining: 39 }, "Few requests left 39 of 200 left"],
  ["that enough are left", { limit: 5000, remaining: 4218 }, "No limit met 4,218 of 5,000 left"],
  ["that nothing is known", {}, "No limit met it has told none none in the newest runs"],
])("tells of a registry %s", (_, change, text) => {
  expect(words([{ host: "a.test", ...change }])).toContain(`a.test ${text}`);
});

it("tells the most frequent failures and the newest words", () => {
  const codes = new Map([
    ["RARE", 1],
    ["OFTEN", 1200],
    ["SOMETIMES", 7],
    ["SELDOM", 2],
  ]);
  expect(words([{ host: "a.test" }], codes)).toContain(
    "1,200 × OFTEN 7 × SOMETIMES 2 × SELDOM &lt;denied&gt; Show failed tags of run run-1",
  );
});

it("says so when there is none", () => {
  expect(words([])).toContain("No registries");
});
