import type { Clock } from "../base/clock.ts";
import type { TableCounts } from "../state/counting-table.ts";
import type { JsonValue } from "../state/state-table.ts";
import { StoredRecord } from "../state/stored-record.ts";

/** What a cloud bills of a run besides traffic. */
export interface RunCost {
  readonly invocations: number;
  /** Memory times time. */
  readonly gbSeconds: number;
  /** Rows. */
  readonly tableReads: number;
  readonly tableWrites: number;
}

/** Tells what one invocation has cost since its start. */
export type CostReading = () => RunCost;

/** Begins to measure an invocation; a process has one at a time. */
export type CostMeter = () => CostReading;

/** A meter for a process of so much memory whose table is counted. */
export function createCostMeter(
  counts: TableCounts,
  { clock, memoryMb }: { readonly clock: Clock; readonly memoryMb: number },
): CostMeter {
  return () => {
    const sinceMs = clock.monotonicMs();
    const { reads, writes } = counts;
    return () => ({
      invocations: 1,
      gbSeconds: ((clock.monotonicMs() - sinceMs) / 1000) * (memoryMb / 1024),
      tableReads: counts.reads - reads,
      // What is made of this is written, too.
      tableWrites: counts.writes - writes + 1,
    });
  };
}

/** The sum of both; `undefined` where nobody measured. */
export function addCost(
  left: RunCost | undefined,
  right: RunCost | undefined,
): RunCost | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return {
    invocations: left.invocations + right.invocations,
    gbSeconds: left.gbSeconds + right.gbSeconds,
    tableReads: left.tableReads + right.tableReads,
    tableWrites: left.tableWrites + right.tableWrites,
  };
}

/**
 * Reads the cost in a record's field `cost`; `undefined` where nobody measured.
 *
 * @throws {FerryError} `STATE_ROW_INVALID`.
 */
export function decodeCost(record: StoredRecord): RunCost | undefined {
  const value: JsonValue | undefined = record.optionalJson("cost");
  if (value === undefined) return undefined;
  const cost = new StoredRecord("a run's cost", value);
  return {
    invocations: cost.number("invocations"),
    gbSeconds: cost.number("gbSeconds"),
    tableReads: cost.number("tableReads"),
    tableWrites: cost.number("tableWrites"),
  };
}
