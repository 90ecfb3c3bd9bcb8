import { formatReference } from "../oci/reference.ts";
import { hasEnded, type TaskRow } from "../state/task-row.ts";
import { failureWords } from "./failure-record.ts";
import { decodeRecordOutcome, type TaskRecordOutcome } from "./outcome-wire.ts";
import type { TaskStanding } from "./report.ts";
import type { ReportedPair } from "./report-lists.ts";
import type { FailureRecord, TargetOutcome } from "./task.ts";
import { decodeTask } from "./task-wire.ts";

/** A stored task, pair by pair. */
export interface RowStanding {
  readonly standings: readonly TaskStanding[];
  /** The same pairs, with what is settled of them for good. */
  readonly pairs: readonly ReportedPair[];
  readonly record: TaskRecordOutcome;
}

const POISONED: FailureRecord = {
  code: "TASK_POISONED",
  message: "worker after worker died of it",
  hint: "Look into the workers' logs; more memory may be what it takes.",
  retriable: false,
};

/**
 * Tells how each pair of a stored task stands. In a task that has ended, what did not come to a
 * good end has failed; in one that is open, the row tells what happens next.
 *
 * @throws {FerryError} `STATE_ROW_INVALID`.
 */
export function standingOfRow(row: TaskRow): RowStanding {
  const task = decodeTask(row.task);
  const record = decodeRecordOutcome(row.outcome);
  const source = formatReference(task.source.repository, task.source.reference);
  const pairs = task.targets.map(({ repository, reference }): ReportedPair => {
    const target = formatReference(repository, reference);
    const outcome = settledOutcome(row, record.outcomes.get(target));
    return { source, target, ...(outcome && { outcome }) };
  });
  return { pairs, record, standings: pairs.map((pair) => standingOf(row, pair)) };
}

function settledOutcome(
  { state }: TaskRow,
  outcome: TargetOutcome | undefined,
): TargetOutcome | undefined {
  const kind = outcome?.kind;
  if (kind === "copied" || kind === "unchanged" || kind === "skipped") return outcome;
  if (!hasEnded(state)) return undefined;
  return kind === "failed" ? outcome : { kind: "failed", failure: POISONED };
}

function standingOf({ state }: TaskRow, { source, target, outcome }: ReportedPair): TaskStanding {
  if (outcome?.kind !== "failed") return { source, target, state: outcome?.kind ?? state };
  const { failure } = outcome;
  const ended = failure === POISONED ? "poisoned" : "failed";
  return { source, target, state: ended, ...failureWords(failure) };
}
