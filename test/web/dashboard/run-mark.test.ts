import { expect, it } from "vitest";
import { runMark } from "../../../lib/web/dashboard/run-mark.ts";
import { runOf } from "../../support/dashboard-world.ts";

it.each([
  ["Listing", { state: "running", enumerated: false }],
  ["Copying", { state: "running" }],
  ["Stopping", { state: "running", cancelled: true }],
  ["Suspended", { state: "suspended" }],
  ["Cancelled", { cancelled: true, totals: { failed: 3 } }],
  ["Failed in part", { totals: { copied: 1, failed: 1 } }],
  ["Failed", { totals: { failed: 1 } }],
  ["Failed", { totals: { rules: { total: 1, failed: 1 } } }],
  ["Incomplete", { totals: { copied: 1, suspended: 1 } }],
  ["Incomplete", { enumerated: false }],
  ["Done", { totals: { copied: 1 } }],
  ["Done", {}],
] as const)("says %s of a run with %j", (label, change) => {
  expect(runMark(runOf("id", change)).label).toBe(label);
});
