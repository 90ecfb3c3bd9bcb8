import { formatReference } from "../oci/reference.ts";
import type { RunRecord } from "../state/run-record.ts";
import type { JsonValue } from "../state/state-table.ts";
import { StoredRecord } from "../state/stored-record.ts";
import type { TaskLedger } from "../state/task-ledger.ts";
import type { TaskRow } from "../state/task-row.ts";
import { decodeOutcomes } from "./outcome-wire.ts";
import type {
  RuleProblem,
  RunDetail,
  RunReport,
  RunSummary,
  RunTotals,
  TaskStanding,
} from "./report.ts";
import { decodeTask } from "./task-wire.ts";

const KIND = "a run's summary";
const STATES = { running: "running", interrupted: "suspended", finished: "finished" } as const;

/** The part of a report that is kept with its run. */
export function summaryJson(report: RunReport): JsonValue {
  const { rules, ...counts } = report.totals;
  return {
    totals: { ...counts, rules: { ...rules } },
    rules: report.rules.map((rule) => ({ ...rule })),
  };
}

/** What is known of a run; one that has no summary yet is counted from its tasks. */
export async function summarize(record: RunRecord, tasks: TaskLedger): Promise<RunSummary> {
  const totals =
    record.summary === undefined
      ? totalsOf(await standingsOf(record.id, tasks))
      : decodeTotals(record.summary);
  return {
    runId: record.id,
    state: STATES[record.state],
    startedAt: new Date(record.startedAt).toISOString(),
    ...(record.endedAt !== undefined && { finishedAt: new Date(record.endedAt).toISOString() }),
    totals,
  };
}

/** A run with how each of its copies stands; unchanged tags have no task and are counted only. */
export async function detailRun(record: RunRecord, tasks: TaskLedger): Promise<RunDetail> {
  return {
    ...(await summarize(record, tasks)),
    tasks: await standingsOf(record.id, tasks),
    rules: record.summary === undefined ? [] : decodeRules(record.summary),
  };
}

async function standingsOf(runId: string, tasks: TaskLedger): Promise<TaskStanding[]> {
  const standings: TaskStanding[] = [];
  for await (const row of tasks.list(runId)) standings.push(...standingsOfRow(row));
  return standings;
}

function standingsOfRow(row: TaskRow): TaskStanding[] {
  const task = decodeTask(row.task);
  const outcomes = decodeOutcomes(row.outcome);
  const source = formatReference(task.source.repository, task.source.reference);
  return task.targets.map(({ repository, reference }) => {
    const target = formatReference(repository, reference);
    const outcome = outcomes.get(target);
    if (outcome?.kind !== "failed") return { source, target, state: outcome?.kind ?? row.state };
    const { code, message, hint } = outcome.failure;
    return { source, target, state: "failed", code, message, ...(hint !== undefined && { hint }) };
  });
}

function totalsOf(standings: readonly TaskStanding[]): RunTotals {
  const count = (...states: TaskStanding["state"][]): number =>
    standings.filter(({ state }) => states.includes(state)).length;
  const skipped = count("skipped");
  return {
    planned: standings.length - skipped,
    copied: count("copied"),
    unchanged: count("unchanged"),
    failed: count("failed", "poisoned"),
    suspended: count("pending", "running", "waiting", "suspended"),
    skipped,
    rules: { total: 0, failed: 0 },
  };
}

function decodeTotals(summary: JsonValue): RunTotals {
  const totals = new StoredRecord(KIND, new StoredRecord(KIND, summary).json("totals"));
  const rules = new StoredRecord(KIND, totals.json("rules"));
  return {
    planned: totals.number("planned"),
    copied: totals.number("copied"),
    unchanged: totals.number("unchanged"),
    failed: totals.number("failed"),
    suspended: totals.number("suspended"),
    skipped: totals.number("skipped"),
    rules: { total: rules.number("total"), failed: rules.number("failed") },
  };
}

function decodeRules(summary: JsonValue): RuleProblem[] {
  const list = new StoredRecord(KIND, summary).json("rules");
  if (!Array.isArray(list)) return [];
  return list.map((entry: JsonValue) => {
    const rule = new StoredRecord(KIND, entry);
    const hint = rule.optionalText("hint");
    return {
      rule: rule.text("rule"),
      code: rule.text("code"),
      message: rule.text("message"),
      ...(hint !== undefined && { hint }),
    };
  });
}
