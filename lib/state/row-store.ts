import type { RowKey, Version } from "./state-table.ts";

/** A row as a cloud's table keeps it; expired ones are still there until somebody removes them. */
export interface StoredRow extends RowKey {
  /** The value as JSON. */
  readonly text: string;
  readonly version: Version;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
}

/** Condition of a write on what is stored; `liveAt` demands that it has not expired by then. */
export type StoreCondition =
  | "any"
  | "absent"
  | { readonly version: Version; readonly liveAt?: number };

/** What one request can carry, and one row can be. */
export interface StoreLimits {
  readonly readRows: number;
  readonly writeRows: number;
  readonly writeBytes: number;
  readonly rowBytes: number;
  readonly partitionBytes: number;
  readonly sortBytes: number;
}

/** Which part of a partition a page is read from. */
export interface PageRange {
  /** Empty for all rows. */
  readonly prefix: string;
  /** Rows come after this sort key; empty for the beginning. Never one without the prefix. */
  readonly after: string;
  readonly rowsMax: number;
}

/** Rows in order of `sort`, compared as UTF-8 bytes. */
export interface RowPage {
  readonly rows: readonly StoredRow[];
  /** After which sort key the next page begins; `undefined` when there is none. */
  readonly next: string | undefined;
}

/**
 * One table of a cloud, as far as clouds differ: each method is one request and is not repeated.
 *
 * Reads see every write that has been answered. All methods throw `FerryError`s, those worth another
 * try with remedy `retry`: `STATE_BUSY` when the request was refused, `STATE_UNREACHABLE` when
 * nobody knows what became of it. They give up when the signal aborts.
 */
export interface RowStore {
  readonly limits: StoreLimits;
  read(key: RowKey, signal: AbortSignal): Promise<StoredRow | undefined>;
  /** @returns the rows that are there, and the keys that were not looked at. */
  readBatch(keys: readonly RowKey[], signal: AbortSignal): Promise<ReadResult>;
  /** @returns whether the condition held. */
  write(row: StoredRow, condition: StoreCondition, signal: AbortSignal): Promise<boolean>;
  /** Writes rows with different keys. @returns those that were not written. */
  writeBatch(rows: readonly StoredRow[], signal: AbortSignal): Promise<readonly StoredRow[]>;
  /** @returns whether the condition held. */
  remove(key: RowKey, condition: StoreCondition, signal: AbortSignal): Promise<boolean>;
  readPage(partition: string, range: PageRange, signal: AbortSignal): Promise<RowPage>;
  close(): void;
}

/** What a batch read gave. */
export interface ReadResult {
  readonly rows: readonly StoredRow[];
  readonly left: readonly RowKey[];
}
