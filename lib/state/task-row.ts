import type { JsonValue, Row } from "./state-table.ts";
import { StoredRecord } from "./stored-record.ts";

const OPEN_STATES = ["pending", "running", "suspended", "waiting"] as const;
const ENDED_STATES = ["copied", "unchanged", "skipped", "failed", "poisoned"] as const;

/** States in which a task stays, unless it is retried. */
export type EndedTaskState = (typeof ENDED_STATES)[number];

/**
 * How a task stands.
 *
 * - `suspended`: its worker ran out of time, anybody may go on.
 * - `waiting`: nobody may go on before `notBefore`.
 * - `poisoned`: given up, since worker after worker died of it.
 */
export type TaskState = (typeof OPEN_STATES)[number] | EndedTaskState;

/** A task of a run as it is stored. */
export interface TaskRow {
  readonly taskId: string;
  /** The task itself, as its owner writes it. */
  readonly task: JsonValue;
  readonly state: TaskState;
  /** Grows with each claim; writes of earlier epochs are refused. */
  readonly epoch: number;
  /** Claims since the last sign of progress. */
  readonly claims: number;
  /** Claims that ended in a failure that may pass, since the last sign of progress. */
  readonly failures: number;
  /** Who holds the task, or held it last. */
  readonly owner?: string | undefined;
  /** Until when it is held, milliseconds since the epoch; only while `running`. */
  readonly leaseUntil?: number | undefined;
  /** Milliseconds since the epoch; only while `waiting`. */
  readonly notBefore?: number | undefined;
  /** What became of it so far, as its worker writes it. */
  readonly outcome?: JsonValue | undefined;
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
}

/**
 * Reads a stored task.
 *
 * @throws {FerryError} `STATE_ROW_INVALID` when it has another shape.
 */
export function decodeTask(stored: Row<JsonValue>): TaskRow {
  const record = new StoredRecord("a task", stored.value);
  return {
    taskId: stored.sort,
    task: record.json("task"),
    state: record.oneOf("state", [...OPEN_STATES, ...ENDED_STATES]),
    epoch: record.number("epoch"),
    claims: record.number("claims"),
    failures: record.optionalNumber("failures") ?? 0,
    owner: record.optionalText("owner"),
    leaseUntil: record.optionalNumber("leaseUntil"),
    notBefore: record.optionalNumber("notBefore"),
    outcome: record.optionalJson("outcome"),
    changedAt: record.number("changedAt"),
  };
}

/** Tells whether a task in this state stays in it. */
export function hasEnded(state: TaskState): state is EndedTaskState {
  return ENDED_STATES.some((ended) => ended === state);
}

/** Tells whether a worker may take the task at the time `now`. */
export function isClaimable(row: TaskRow, now: number): boolean {
  if (row.state === "running") return (row.leaseUntil ?? 0) <= now;
  if (row.state === "waiting") return (row.notBefore ?? 0) <= now;
  return row.state === "pending" || row.state === "suspended";
}
