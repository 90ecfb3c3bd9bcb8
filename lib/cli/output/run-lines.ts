import type { RunDetail, RunSummary, TaskStanding } from "../../sync/report.ts";
import { failureLines } from "./failure-lines.ts";
import type { Paint } from "./paint.ts";
import { tableLines } from "./table.ts";

const ENDED_WELL: ReadonlySet<TaskStanding["state"]> = new Set(["copied", "unchanged", "skipped"]);

/** Shows runs as a table, in the order given. */
export function runListLines(runs: readonly RunSummary[]): string[] {
  if (runs.length === 0) return ["No runs are remembered."];
  return tableLines(
    ["RUN", "STATE", "STARTED", "COPIED", "UNCHANGED", "FAILED", "LEFT"],
    runs.map(({ runId, state, startedAt, totals }) => [
      runId,
      state,
      startedAt,
      ...[totals.copied, totals.unchanged, totals.failed, totals.suspended].map(String),
    ]),
  );
}

/** Shows one run: its head, what has not ended well, and why. */
export function runDetailLines(run: RunDetail, paint: Paint): string[] {
  const open = run.tasks.filter(({ state }) => !ENDED_WELL.has(state));
  const rows = open.map(({ state, source, target }) => [state, source, target]);
  const failed = open.flatMap(({ code, message, ...task }) =>
    code === undefined ? [] : [{ ...task, code, message: message ?? "" }],
  );
  return [
    ...runListLines([run]),
    ...(rows.length > 0 ? ["", ...tableLines(["STATE", "SOURCE", "TARGET"], rows)] : []),
    ...failureLines({ failed, rules: run.rules }, paint),
  ];
}
