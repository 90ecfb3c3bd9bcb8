import type { RunRecord } from "../state/run-record.ts";
import type { RunReport } from "./report.ts";
import { type ReportedPair, sortPairs } from "./report-lists.ts";
import { createRowFold } from "./row-fold.ts";
import { foldedSummary, storedSummary, type TaskLister } from "./run-history.ts";

/**
 * The report of a stored run, in the shape `sync` gives. A run that goes on is told as it stands,
 * up to the last change of a task.
 *
 * Tags that were equal when they were listed have no row: they are in the totals only.
 *
 * @throws {FerryError} `STATE_ROW_INVALID`.
 */
export async function reportOfRun(record: RunRecord, tasks: TaskLister): Promise<RunReport> {
  const fold = createRowFold();
  const pairs: ReportedPair[] = [];
  let changedAt = record.startedAt;
  for await (const row of tasks.list(record.id)) {
    changedAt = Math.max(changedAt, row.changedAt);
    pairs.push(...fold.add(row).pairs);
  }
  const { requests, ...summary } = storedSummary(record) ?? foldedSummary(record, fold);
  const finishedAt = record.endedAt ?? changedAt;
  return {
    schemaVersion: 1,
    runId: record.id,
    startedAt: new Date(record.startedAt).toISOString(),
    finishedAt: new Date(finishedAt).toISOString(),
    elapsedMs: finishedAt - record.startedAt,
    enumerated: record.enumerated,
    ...(record.cancelledAt !== undefined && { cancelled: true }),
    requests: Object.fromEntries(requests),
    ...summary,
    ...sortPairs(pairs),
  };
}
