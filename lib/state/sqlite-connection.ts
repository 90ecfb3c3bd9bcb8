/** What a statement's parameters can be. */
export type SqliteValue = string | number | null;

/** A prepared statement; every call runs it from the start. */
export interface SqliteStatement {
  /** The first row, `undefined` when there is none. */
  get(...values: SqliteValue[]): unknown;
  all(...values: SqliteValue[]): unknown[];
}

/** The synchronous shape that `node:sqlite` and `libsql` have in common. */
export interface SqliteConnection {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
  close(): unknown;
}
