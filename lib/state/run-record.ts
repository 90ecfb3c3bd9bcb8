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
  /** How many policies it carries out. */
  readonly policies: number;
}

/** Who lists the tags of a run, and for how long. */
export interface ListingLease {
  /** Grows with each claim; writes of earlier epochs are refused. */
  readonly epoch: number;
  /** Claims since the listing last got on. */
  readonly fruitless: number;
  /** Who holds it, or held it last. */
  readonly owner?: string | undefined;
  /** Until when it is held, milliseconds since the epoch; left out: it is free. */
  readonly until?: number | undefined;
  /** While free: since when somebody may go on, milliseconds since the epoch. */
  readonly freeAt: number;
}

/** A run as it is stored. */
export interface RunRecord extends NewRun {
  readonly state: RunState;
  /** All tasks are planned: only now can the run come to its end. */
  readonly enumerated: boolean;
  readonly listing: ListingLease;
  /** How far the listing of tags got, as the orchestrator writes it. */
  readonly cursor?: JsonValue | undefined;
  /** What the listing settled without a task, as the orchestrator writes it. */
  readonly listed?: JsonValue | undefined;
  /** Milliseconds since the epoch. */
  readonly endedAt?: number | undefined;
  /** Tells the call that ended it from others. */
  readonly endedBy?: string | undefined;
  /** When somebody asked it to stop, milliseconds since the epoch; left out: nobody did. */
  readonly cancelledAt?: number | undefined;
  readonly summary?: JsonValue | undefined;
}

/** The listing of a run nobody has listed yet. */
export function untouchedListing(startedAt: number): ListingLease {
  return { epoch: 0, fruitless: 0, freeAt: startedAt };
}

/** A run as plain data for the state table. */
export function encodeRun(run: RunRecord): JsonValue {
  return { ...run, listing: { ...run.listing } };
}

/**
 * Reads a stored run.
 *
 * @throws {FerryError} `STATE_ROW_INVALID` when it has another shape.
 */
export function decodeRun(value: JsonValue): RunRecord {
  const record = new StoredRecord("a run", value);
  const listing = record.optionalJson("listing");
  const run = {
    id: record.text("id"),
    trigger: record.oneOf("trigger", TRIGGERS),
    startedAt: record.number("startedAt"),
    policies: countOf(record),
    state: record.oneOf("state", STATES),
    enumerated: record.flag("enumerated"),
  };
  return {
    ...run,
    listing: listing === undefined ? untouchedListing(run.startedAt) : decodeListing(listing),
    cursor: record.optionalJson("cursor"),
    listed: record.optionalJson("listed"),
    endedAt: record.optionalNumber("endedAt"),
    endedBy: record.optionalText("endedBy"),
    cancelledAt: record.optionalNumber("cancelledAt"),
    summary: record.optionalJson("summary"),
  };
}

/** Runs of the first version hold the policies' names. */
function countOf(record: StoredRecord): number {
  const policies = record.json("policies");
  return Array.isArray(policies) ? policies.length : record.number("policies");
}

function decodeListing(value: JsonValue): ListingLease {
  const record = new StoredRecord("a run's listing", value);
  return {
    epoch: record.number("epoch"),
    fruitless: record.number("fruitless"),
    owner: record.optionalText("owner"),
    until: record.optionalNumber("until"),
    freeAt: record.number("freeAt"),
  };
}
