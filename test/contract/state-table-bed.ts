import {
  ConflictError,
  type JsonValue,
  type Row,
  type RowKey,
  type SortRange,
  type StateTable,
} from "../../lib/state/state-table.ts";

/** A table of its own for one test, and the clock it was opened with. */
export interface OpenedTable {
  readonly table: StateTable;
  readonly now: () => number;
  readonly advance: (milliseconds: number) => void;
  /** Closes the table and removes whatever it was kept in. */
  readonly dispose: () => Promise<void>;
}

/** Gives the table that the test under way has opened. */
export type Open = () => OpenedTable;

/** A row for tests that need one. */
export const KEY: RowKey = { partition: "p", sort: "s" };

/** The conflict that a write ends in. */
export async function conflict(write: Promise<unknown>): Promise<ConflictError> {
  const error = await write.catch((thrown: unknown) => thrown);
  if (!(error instanceof ConflictError)) throw new Error("no conflict", { cause: error });
  return error;
}

/** Sort keys as a query lists them. */
export async function sortsOf(
  table: StateTable,
  partition: string,
  range?: SortRange,
): Promise<readonly string[]> {
  const rows: Row<JsonValue>[] = [];
  for await (const row of table.query(partition, range)) rows.push(row);
  return rows.map((row) => row.sort);
}

/** `count` texts of digits, in order. */
export function numbered(count: number): readonly string[] {
  const width = String(count - 1).length;
  return Array.from({ length: count }, (_, index) => String(index).padStart(width, "0"));
}
