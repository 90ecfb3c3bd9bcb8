import type { Clock } from "../base/clock.ts";
import type { SqliteConnection, SqliteStatement, SqliteValue } from "./sqlite-connection.ts";
import { sqliteFailure } from "./sqlite-failure.ts";
import { SqliteTurns } from "./sqlite-turns.ts";
import {
  ConflictError,
  type Expected,
  type JsonValue,
  type PutOptions,
  type Row,
  type RowKey,
  type RowWrite,
  type SortRange,
  type StateTable,
  type Version,
} from "./state-table.ts";

const PAGE_ROWS = 100;
const WRITES_BETWEEN_SWEEPS = 500;
const SWEEP_ROWS_MAX = 1000;

const COLUMNS = "rows.partition, rows.sort, rows.version, rows.expires_at, rows.value";
const KEY = "rows.partition = ?1 AND rows.sort = ?2";
const INSERT = "INSERT INTO rows (partition, sort, expires_at, value, version)";
/** Starts at random: a row that is deleted and made again must not match an old version. */
const FIRST_VERSION = "random() & 0xFFFFFFFFFF";
const OVERWRITE = `ON CONFLICT DO UPDATE SET expires_at = excluded.expires_at,
  value = excluded.value, version = rows.version + 1`;

/** Each change is one statement, whole by itself; the time now is the last parameter. */
const SQL = {
  get: `SELECT ${COLUMNS} FROM rows WHERE ${KEY} AND ${live(3)}`,
  // CROSS JOIN keeps the order of the tables: each key is looked up, the table is never walked.
  getMany: `SELECT ${COLUMNS} FROM json_each(?1) AS k CROSS JOIN rows
    ON rows.partition = k.value ->> 0 AND rows.sort = k.value ->> 1 WHERE ${live(2)}`,
  page: `SELECT ${COLUMNS} FROM rows WHERE rows.partition = ?1 AND rows.sort > ?2
    AND rows.sort >= ?3 AND ${live(4)} ORDER BY rows.sort LIMIT ${PAGE_ROWS}`,
  putAny: `${INSERT} VALUES (?1, ?2, ?3, ?4, ${FIRST_VERSION}) ${OVERWRITE} RETURNING version`,
  putAbsent: `${INSERT} VALUES (?1, ?2, ?3, ?4, ${FIRST_VERSION}) ${OVERWRITE}
    WHERE rows.expires_at <= ?5 RETURNING version`,
  putVersion: `UPDATE rows SET expires_at = ?3, value = ?4, version = version + 1
    WHERE ${KEY} AND version = ?5 AND ${live(6)} RETURNING version`,
  putMany: `${INSERT} SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, ${FIRST_VERSION}
    FROM json_each(?1) WHERE true ${OVERWRITE}`,
  deleteAny: `DELETE FROM rows WHERE ${KEY}`,
  deleteVersion: `DELETE FROM rows WHERE ${KEY} AND version = ?3 AND ${live(4)} RETURNING version`,
  sweep: `DELETE FROM rows WHERE (partition, sort) IN (SELECT partition, sort FROM rows
    WHERE expires_at <= ?1 LIMIT ${SWEEP_ROWS_MAX})`,
} as const;

function live(parameter: number): string {
  return `(rows.expires_at IS NULL OR rows.expires_at > ?${parameter})`;
}

/** What the rows of an open state file need around them. */
export interface SqliteRowsOptions {
  /** Names the file in errors. */
  readonly path: string;
  readonly clock: Clock;
}

/**
 * The state table over one SQLite connection. Every change is a single statement, so several
 * processes can share the file, and no transaction outlives a turn of the event loop.
 */
export class SqliteRows implements StateTable {
  readonly #connection: SqliteConnection;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #turns: SqliteTurns;
  readonly #statements = new Map<string, SqliteStatement>();
  #writes = 0;

  constructor(connection: SqliteConnection, options: SqliteRowsOptions) {
    this.#connection = connection;
    this.#path = options.path;
    this.#clock = options.clock;
    this.#turns = new SqliteTurns(connection, (thrown) => sqliteFailure(thrown, options.path));
  }

  get(key: RowKey): Promise<Row<JsonValue> | undefined> {
    return this.#turns.run("read", () => this.#find(key));
  }

  getMany(keys: readonly RowKey[]): Promise<readonly Row<JsonValue>[]> {
    const pairs = JSON.stringify(keys.map(({ partition, sort }) => [partition, sort]));
    return this.#turns.run("read", () => this.#all("getMany", pairs, this.#clock.now()));
  }

  put(
    key: RowKey,
    value: JsonValue,
    expected: Expected,
    options: PutOptions = {},
  ): Promise<Version> {
    this.#sweepNowAndThen();
    const { partition, sort } = key;
    const row = [partition, sort, options.expiresAt ?? null, JSON.stringify(value)] as const;
    return this.#turns.run("write", () => {
      const version = versionOf(
        expected === "any"
          ? this.#first("putAny", ...row)
          : expected === "absent"
            ? this.#first("putAbsent", ...row, this.#clock.now())
            : this.#first("putVersion", ...row, expected.version, this.#clock.now()),
      );
      if (version === undefined) throw new ConflictError(key, this.#find(key));
      return version;
    });
  }

  async putMany(writes: readonly RowWrite[]): Promise<void> {
    this.#sweepNowAndThen(writes.length);
    const rows = writes.map(({ partition, sort, expiresAt, value }) => [
      partition,
      sort,
      expiresAt ?? null,
      JSON.stringify(value),
    ]);
    const text = JSON.stringify(rows);
    await this.#turns.run("write", () => this.#first("putMany", text));
  }

  async *query(partition: string, range: SortRange = {}): AsyncGenerator<Row<JsonValue>> {
    const { prefix = "" } = range;
    let after: string | undefined = range.after ?? "";
    while (after !== undefined) {
      const from: string = after;
      const page: Row<JsonValue>[] = await this.#turns.run("read", () =>
        this.#all("page", partition, from, prefix, this.#clock.now()),
      );
      for (const row of page) {
        if (!row.sort.startsWith(prefix)) return;
        yield row;
      }
      after = page.length < PAGE_ROWS ? undefined : page.at(-1)?.sort;
    }
  }

  delete(key: RowKey, expected: Expected): Promise<void> {
    return this.#turns.run("write", () => this.#delete(key, expected));
  }

  async close(): Promise<void> {
    this.#turns.finish();
    this.#statements.clear();
    this.#connection.close();
  }

  #delete(key: RowKey, expected: Expected): void {
    const { partition, sort } = key;
    if (expected === "any") {
      this.#first("deleteAny", partition, sort);
      return;
    }
    if (expected !== "absent") {
      const now = this.#clock.now();
      const deleted = this.#first("deleteVersion", partition, sort, expected.version, now);
      if (versionOf(deleted) !== undefined) return;
    }
    const current = this.#find(key);
    if (expected !== "absent" || current !== undefined) throw new ConflictError(key, current);
  }

  #find(key: RowKey): Row<JsonValue> | undefined {
    const row = this.#first("get", key.partition, key.sort, this.#clock.now());
    return row === undefined ? undefined : decodeRow(row);
  }

  /** Keeps expired rows from piling up, a bounded number at a time. */
  #sweepNowAndThen(writes = 1): void {
    this.#writes += writes;
    if (this.#writes < WRITES_BETWEEN_SWEEPS) return;
    this.#writes = 0;
    const swept = this.#turns.run("write", () => this.#first("sweep", this.#clock.now()));
    // What it finds wrong the writes find, too.
    swept.catch(() => undefined);
  }

  #first(name: keyof typeof SQL, ...values: SqliteValue[]): unknown {
    return this.#run(name, (statement) => statement.get(...values));
  }

  #all(name: keyof typeof SQL, ...values: SqliteValue[]): Row<JsonValue>[] {
    return this.#run(name, (statement) => statement.all(...values)).map(decodeRow);
  }

  #run<T>(name: keyof typeof SQL, work: (statement: SqliteStatement) => T): T {
    try {
      const statement = this.#statements.get(name) ?? this.#connection.prepare(SQL[name]);
      this.#statements.set(name, statement);
      return work(statement);
    } catch (error) {
      // libsql repeats a statement's error for ever: the next call prepares it anew.
      this.#statements.delete(name);
      throw sqliteFailure(error, this.#path);
    }
  }
}

function versionOf(row: unknown): Version | undefined {
  const written = typeof row === "object" && row !== null && "version" in row;
  return written && typeof row.version === "number" ? row.version : undefined;
}

interface StoredRow {
  readonly partition: string;
  readonly sort: string;
  readonly version: number;
  readonly expires_at: number | null;
  readonly value: string;
}

function isStoredRow(row: unknown): row is StoredRow {
  if (versionOf(row) === undefined || typeof row !== "object" || row === null) return false;
  const texts = "partition" in row && "sort" in row && "value" in row;
  return texts && [row.partition, row.sort, row.value].every((text) => typeof text === "string");
}

function decodeRow(row: unknown): Row<JsonValue> {
  if (!isStoredRow(row)) throw new TypeError("a stored row has another shape than its table");
  const { partition, sort, version, expires_at: expiresAt } = row;
  const value: JsonValue = JSON.parse(row.value);
  return { partition, sort, value, version, ...(expiresAt !== null && { expiresAt }) };
}
