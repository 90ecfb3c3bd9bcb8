import type { RunRecord } from "../state/run-record.ts";
import type { TaskLedger } from "../state/task-ledger.ts";
import { decodeListingTotals } from "./listing-wire.ts";
import type { RunDetail, RunSummary, TaskStanding } from "./report.ts";
import { createRowFold, type RowFold } from "./row-fold.ts";
import { decodeSummary, type StoredSummary } from "./summary-wire.ts";

const STATES = { running: "running", interrupted: "suspended", finished: "finished" } as const;

/** Reads the tasks of runs. */
export type TaskLister = Pick<TaskLedger, "list">;

/** What is known of a run; one that has no summary yet is counted from its tasks. */
export async function summarize(record: RunRecord, tasks: TaskLister): Promise<RunSummary> {
  const summary = await summaryOf(record, tasks);
  return headOf(record, summary);
}

/** A run with how each of its copies stands; unchanged tags have no task and are counted only. */
export async function detailRun(record: RunRecord, tasks: TaskLister): Promise<RunDetail> {
  const fold = createRowFold();
  const standings: TaskStanding[] = [];
  for await (const row of tasks.list(record.id)) {
    standings.push(...fold.add(row).standings);
  }
  const summary = storedSummary(record) ?? foldedSummary(record, fold);
  return { ...headOf(record, summary), tasks: standings, rules: summary.rules };
}

/** What a run adds up to: as it was kept at its end, or else as its tasks and its listing stand. */
export async function summaryOf(record: RunRecord, tasks: TaskLister): Promise<StoredSummary> {
  const stored = storedSummary(record);
  if (stored !== undefined) return stored;
  const fold = createRowFold();
  for await (const row of tasks.list(record.id)) fold.add(row);
  return foldedSummary(record, fold);
}

/** The summary that a fold over all of a run's tasks gives. */
export function foldedSummary(record: RunRecord, fold: RowFold): StoredSummary {
  const listed = decodeListingTotals(record.listed);
  const { rules, warnings } = listed;
  return { ...fold.sums(listed, record.policies), rules, warnings };
}

/** The summary that was kept of a run at its end; `undefined` while it goes on. */
export function storedSummary({ summary }: RunRecord): StoredSummary | undefined {
  return summary === undefined ? undefined : decodeSummary(summary);
}

/** The summary of a run as lists of runs show it. */
export function headOf(record: RunRecord, { totals }: StoredSummary): RunSummary {
  return {
    runId: record.id,
    state: STATES[record.state],
    startedAt: new Date(record.startedAt).toISOString(),
    ...(record.endedAt !== undefined && { finishedAt: new Date(record.endedAt).toISOString() }),
    totals,
  };
}
