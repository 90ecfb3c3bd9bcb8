import { expect, it } from "vitest";
import { TASK_FILTERS, taskFilter } from "../../../lib/web/dashboard/task-filter.ts";
import { runOf } from "../../support/dashboard-world.ts";

it("takes every state in exactly once", () => {
  const states = TASK_FILTERS.flatMap((filter) => [...(filter.states ?? [])]);
  expect(states.toSorted()).toEqual(
    "copied failed pending poisoned running skipped suspended unchanged waiting".split(" "),
  );
});

it("finds a filter by name, and all tags for any other", () => {
  expect(taskFilter("failed").states).toEqual(new Set(["failed", "poisoned"]));
  for (const name of [null, "", "nonsense", "__proto__"]) expect(taskFilter(name).name).toBe("all");
});

it("counts what it takes in", () => {
  const { totals } = runOf("id", {
    totals: { copied: 1, unchanged: 2, failed: 4, suspended: 8, skipped: 16 },
  });
  expect(TASK_FILTERS.map((filter) => filter.count(totals))).toEqual([31, 4, 8, 1, 2, 16]);
});
