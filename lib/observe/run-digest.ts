import type { RunRecord, RunTrigger } from "../state/run-record.ts";
import type { FailedCopy, RuleProblem, RunReport, RunTotals, SettledCopy } from "../sync/report.ts";
import { sortPairs } from "../sync/report-lists.ts";
import { summaryOf, type TaskLister } from "../sync/run-history.ts";
import { standingOfRow } from "../sync/task-standing.ts";

/** What a run came to, in short: bounded, however many tags it had. */
export interface RunDigest {
  readonly runId: string;
  readonly trigger: RunTrigger;
  /**
   * - `done`: nothing is left to be copied.
   * - `failed`: something could not be copied.
   * - `cancelled`: somebody asked it to stop, and nothing had failed.
   * - `suspended`: it was stopped otherwise.
   */
  readonly result: "done" | "failed" | "cancelled" | "suspended";
  /** RFC 3339. */
  readonly startedAt: string;
  /** RFC 3339. */
  readonly finishedAt: string;
  readonly elapsedMs: number;
  readonly totals: RunTotals;
  readonly bytes: RunReport["bytes"];
  /** Some of what was copied, in no order. */
  readonly copied: readonly SettledCopy[];
  /** Some of what failed, in no order. */
  readonly failed: readonly FailedCopy[];
  /** Some of the rules that were not, or not wholly, followed. */
  readonly rules: readonly RuleProblem[];
}

/** Entries of each list. */
const ENTRIES_MAX = 20;
/** Characters of a failure's words. */
const WORDS_MAX = 300;

/** A run that has ended, before its tasks are read. */
export type DigestHead = Omit<RunDigest, "copied" | "failed">;

/** Tells what a run came to without reading its tasks, as far as a summary of it was kept. */
export async function digestHead(run: RunRecord, tasks: TaskLister): Promise<DigestHead> {
  const { totals, bytes, rules } = await summaryOf(run, tasks);
  const endedAt = run.endedAt ?? run.startedAt;
  return {
    runId: run.id,
    trigger: run.trigger,
    result: resultOf(run, totals),
    startedAt: new Date(run.startedAt).toISOString(),
    finishedAt: new Date(endedAt).toISOString(),
    elapsedMs: endedAt - run.startedAt,
    totals,
    bytes,
    rules: rules.slice(0, ENTRIES_MAX).map(shortened),
  };
}

/** Reads as many tasks of the run as it takes to name some of what was copied and what failed. */
export async function digestOf(head: DigestHead, tasks: TaskLister): Promise<RunDigest> {
  const { runId, totals } = head;
  const copiedMax = Math.min(ENTRIES_MAX, totals.copied);
  const failedMax = Math.min(ENTRIES_MAX, totals.failed);
  const copied: SettledCopy[] = [];
  const failed: FailedCopy[] = [];
  const isFull = () => copied.length >= copiedMax && failed.length >= failedMax;
  if (!isFull()) {
    for await (const row of tasks.list(runId)) {
      const lists = sortPairs(standingOfRow(row).pairs);
      copied.push(...lists.copied);
      failed.push(...lists.failed.map(shortened));
      // Of each list no more than is told: there may be a million rows.
      copied.length = Math.min(copied.length, ENTRIES_MAX);
      failed.length = Math.min(failed.length, ENTRIES_MAX);
      if (isFull()) break;
    }
  }
  return { ...head, copied, failed };
}

function resultOf(run: RunRecord, totals: RunTotals): RunDigest["result"] {
  const { state, enumerated, cancelledAt } = run;
  if (totals.failed + totals.rules.failed > 0) return "failed";
  if (cancelledAt !== undefined) return "cancelled";
  return state === "finished" && enumerated && totals.suspended === 0 ? "done" : "suspended";
}

function shortened<T extends { readonly message: string }>(entry: T): T {
  const { message } = entry;
  if (message.length <= WORDS_MAX) return entry;
  // A character of two halves is not cut in two.
  const kept = message.slice(0, WORDS_MAX - 1).replace(/[\uD800-\uDBFF]$/, "");
  return { ...entry, message: `${kept}…` };
}
