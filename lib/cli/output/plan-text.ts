import type { PlanReport } from "../../sync/plan-report.ts";
import { estimateLines } from "./cost-text.ts";
import { ruleProblemLines } from "./failure-lines.ts";
import type { Paint } from "./paint.ts";
import { tableLines } from "./table.ts";

/** Shows a plan for people: one line for each pair, then what is wrong, then the count. */
export function planText(report: PlanReport, paint: Paint): string[] {
  const { totals } = report;
  const rows = report.tasks.map(({ action, source, target }) => [action, source, target]);
  const missing = totals.missingSource > 0 ? [`${totals.missingSource} missing at the source`] : [];
  const errors = totals.errors > 0 ? [paint.red(`${totals.errors} rule errors`)] : [];
  const counts = [`${totals.copy} to copy`, `${totals.unchanged} unchanged`, ...missing, ...errors];
  return [
    ...(rows.length > 0 ? tableLines(["ACTION", "SOURCE", "TARGET"], rows) : []),
    ...ruleProblemLines(report.errors, paint),
    `${totals.tasks === 1 ? "1 tag" : `${totals.tasks} tags`}: ${counts.join(", ")}`,
    ...(report.cost ? estimateLines(report.cost) : []),
  ];
}
