import { ACTIVE_RUNS_PARTITION, activeRunKey } from "./row-keys.ts";
import type { JsonValue, StateTable } from "./state-table.ts";
import { StoredRecord } from "./stored-record.ts";

/** A run that still has something to be done, and how far sweeping it got. */
export interface ActiveRun {
  readonly runId: string;
  /** When it was entered, milliseconds since the epoch. */
  readonly enteredAt: number;
  /** When its tasks were all looked at last, milliseconds since the epoch. */
  readonly sweptAt?: number;
  /** A look at its tasks that was broken off for want of time. */
  readonly brokenOff?: BrokenOffSweep;
}

/** Where a look at a run's tasks goes on. */
export interface BrokenOffSweep {
  /** Partition of the tasks that comes next. */
  readonly shard: number;
  /** A task seen so far is open. */
  readonly open: boolean;
  /** When the look began, milliseconds since the epoch. */
  readonly beganAt: number;
}

/** The runs that still have something to be done: all that a sweep looks at. */
export interface ActiveRuns {
  /** Enters a run, or notes how far sweeping it got; the last writer wins. */
  note(run: ActiveRun): Promise<void>;
  list(): AsyncIterable<ActiveRun>;
  /** Takes a run out; harmless when it is not in. */
  remove(runId: string): Promise<void>;
}

/** Active runs kept in the state table. */
export function createActiveRuns(table: StateTable): ActiveRuns {
  return {
    async note(run) {
      const { runId, enteredAt, sweptAt, brokenOff } = run;
      const value = { enteredAt, sweptAt, brokenOff: brokenOff && { ...brokenOff } };
      await table.put(activeRunKey(runId), value, "any");
    },
    async *list() {
      for await (const row of table.query(ACTIVE_RUNS_PARTITION)) {
        yield decodeActiveRun(row.sort, row.value);
      }
    },
    remove: (runId) => table.delete(activeRunKey(runId), "any"),
  };
}

function decodeActiveRun(runId: string, value: JsonValue): ActiveRun {
  const record = new StoredRecord("an active run", value);
  const sweptAt = record.optionalNumber("sweptAt");
  const brokenOff = record.optionalJson("brokenOff");
  return {
    runId,
    enteredAt: record.number("enteredAt"),
    ...(sweptAt !== undefined && { sweptAt }),
    ...(brokenOff !== undefined && { brokenOff: decodeBrokenOff(brokenOff) }),
  };
}

function decodeBrokenOff(value: JsonValue): BrokenOffSweep {
  const record = new StoredRecord("a sweep", value);
  return {
    shard: record.number("shard"),
    open: record.flag("open"),
    beganAt: record.number("beganAt"),
  };
}
