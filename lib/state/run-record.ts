import type { JsonValue } from "./state-table.ts";
import { StoredRecord } from "./stored-record.ts";

const TRIGGERS = ["cli", "http", "timer", "webhook", "retry"] as const;
const STATES = ["running", "finished", "interrupted"] as const;

/** What started a run. */
export type RunTrigger = (typeof TRIGGERS)[number];

/** How a run stands; an interrupted one can go on. */
export type RunState = (typeof STATES)[number];

/** What a run is asked to do. */
export interface NewRun {
  readonly id: string;
  readonly trigger: RunTrigger;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** The policies it carries out, as their owner writes them. */
  readonly policies: JsonValue;
}

/** A run as it is stored. */
export interface RunRecord extends NewRun {
  readonly state: RunState;
  /** All tasks are planned: only now can the run come to its end. */
  readonly enumerated: boolean;
  /** How far the listing of tags got, as the orchestrator writes it. */
  readonly cursor?: JsonValue | undefined;
  /** Milliseconds since the epoch. */
  readonly endedAt?: number | undefined;
  /** Tells the call that ended it from others. */
  readonly endedBy?: string | undefined;
  readonly summary?: JsonValue | undefined;
}

/**
 * Reads a stored run.
 *
 * @throws {FerryError} `STATE_ROW_INVALID` when it has another shape.
 */
export function decodeRun(value: JsonValue): RunRecord {
  const record = new StoredRecord("a run", value);
  return {
    id: record.text("id"),
    trigger: record.oneOf("trigger", TRIGGERS),
    startedAt: record.number("startedAt"),
    policies: record.json("policies"),
    state: record.oneOf("state", STATES),
    enumerated: record.flag("enumerated"),
    cursor: record.optionalJson("cursor"),
    endedAt: record.optionalNumber("endedAt"),
    endedBy: record.optionalText("endedBy"),
    summary: record.optionalJson("summary"),
  };
}
