/** Identity of one stored state of a row; changes with every write and never comes back. */
export type Version = number;

/** A stored row. */
export interface Row<T> {
  readonly partition: string;
  readonly sort: string;
  readonly value: T;
  readonly version: Version;
  /** Milliseconds since the epoch from which on the row counts as absent. */
  readonly expiresAt?: number;
}

/** Condition of a write on the row that is there now. */
export type Expected = { readonly version: Version } | "absent" | "any";

/** Settings of a write. */
export interface PutOptions {
  /** Milliseconds since the epoch; filtered when read, since TTL deletion is lazy everywhere. */
  readonly expiresAt?: number;
}

/** Names a row; neither part is empty or holds U+0000, which not every table can keep. */
export interface RowKey {
  readonly partition: string;
  readonly sort: string;
}

/** A row to write without a condition. */
export interface RowWrite extends RowKey, PutOptions {
  readonly value: JsonValue;
}

/** What a row can hold. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** Part of a partition: rows whose sort key starts with `prefix` and comes after `after`. */
export interface SortRange {
  readonly prefix?: string;
  readonly after?: string;
}

/**
 * A partitioned key-value table with compare-and-set: all that a cloud table, an embedded database
 * and a map in memory have in common. Drivers are small; what the rows mean is decided once, in
 * the ledgers.
 */
export interface StateTable {
  get(key: RowKey): Promise<Row<JsonValue> | undefined>;
  /** Rows that are there, in any order. */
  getMany(keys: readonly RowKey[]): Promise<readonly Row<JsonValue>[]>;
  /** @throws {ConflictError} carrying the row that is there, when `expected` does not hold. */
  put(key: RowKey, value: JsonValue, expected: Expected, options?: PutOptions): Promise<Version>;
  /** Writes without conditions and without order: hints only. */
  putMany(writes: readonly RowWrite[]): Promise<void>;
  /** Rows in order of `sort`, compared as UTF-8 bytes. */
  query(partition: string, range?: SortRange): AsyncIterable<Row<JsonValue>>;
  /** @throws {ConflictError} as `put` does; deleting what is absent with `any` is fine. */
  delete(key: RowKey, expected: Expected): Promise<void>;
  close(): Promise<void>;
}

/** A conditional write found another row than expected. */
export class ConflictError extends Error {
  readonly current: Row<JsonValue> | undefined;

  constructor(key: RowKey, current: Row<JsonValue> | undefined) {
    super(`row ${key.partition} / ${key.sort} is not as expected`);
    this.name = "ConflictError";
    this.current = current;
  }
}
