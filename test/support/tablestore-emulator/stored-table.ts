import { type CellValue, compareValues, INF_MAX, INF_MIN } from "./cell-value.ts";
import type { Columns } from "./conditions.ts";
import { invalidParameter, OtsError } from "./ots-error.ts";
import type { Cell } from "./plain-buffer.ts";

const KEY_BYTES_MAX = 1024;
const TEXT_BYTES_MAX = 2 * 1024 * 1024;
/** `PrimaryKeyType`. */
const STRING = 2;

/** What a table was created with. */
export interface TableDefinition {
  readonly tableName: string;
  readonly primaryKey: readonly { readonly name: string; readonly type: number }[];
  readonly timeToLive: number;
  readonly maxVersions: number;
}

/** The values of a primary key, in the order of the table's. */
export type KeyValues = readonly CellValue[];

/** A row that is kept. */
export interface StoredRow {
  readonly key: KeyValues;
  readonly columns: Columns;
}

/** Rows by primary key, in order. */
export class StoredTable {
  readonly definition: TableDefinition;
  readonly #rows = new Map<string, StoredRow>();
  #order: readonly StoredRow[] | undefined;

  constructor(definition: TableDefinition) {
    this.definition = definition;
  }

  get(key: KeyValues): StoredRow | undefined {
    return this.#rows.get(nameOf(key));
  }

  put(row: StoredRow): void {
    for (const value of row.columns.values()) {
      if (typeof value === "string" && Buffer.byteLength(value) > TEXT_BYTES_MAX) {
        throw invalidParameter("The length of an attribute column exceeds 2 MB.");
      }
    }
    this.#rows.set(nameOf(row.key), row);
    this.#order = undefined;
  }

  delete(key: KeyValues): void {
    if (this.#rows.delete(nameOf(key))) this.#order = undefined;
  }

  /** Rows from `start` on, before `end`. */
  between(start: KeyValues, end: KeyValues): readonly StoredRow[] {
    this.#order ??= [...this.#rows.values()].sort((a, b) => compareKeys(a.key, b.key));
    return this.#order.filter(
      ({ key }) => compareKeys(key, start) >= 0 && compareKeys(key, end) < 0,
    );
  }

  /** The values of a whole primary key. @throws {OtsError} `OTSInvalidPK` for another one. */
  keyOf(cells: readonly Cell[], bounds: "bounds" | "no bounds" = "no bounds"): KeyValues {
    const { primaryKey } = this.definition;
    const values = primaryKey.map(({ name, type }, index) => {
      const { name: given, value } = cells[index] ?? {};
      const isBound = bounds === "bounds" && (value === INF_MIN || value === INF_MAX);
      if (given !== name || value === undefined)
        throw invalidKey(`Validate PK name fail: ${given}`);
      if (!isBound && (type === STRING) !== (typeof value === "string")) {
        throw invalidKey(`Validate PK type fail: ${name}`);
      }
      if (typeof value === "string" && Buffer.byteLength(value) > KEY_BYTES_MAX) {
        throw invalidParameter(`The length of primary key column: '${name}' exceeds 1024.`);
      }
      return value;
    });
    if (cells.length !== values.length) throw invalidKey("Validate PK size fail.");
    return values;
  }

  /** Cells with the names of the table's primary key. */
  cellsOf(key: KeyValues): readonly Cell[] {
    return this.definition.primaryKey.map(({ name }, index) => ({
      name,
      value: key[index] ?? INF_MIN,
    }));
  }
}

function invalidKey(message: string): OtsError {
  return new OtsError(400, "OTSInvalidPK", message);
}

function nameOf(key: KeyValues): string {
  return JSON.stringify(key.map((value) => (typeof value === "bigint" ? `${value}n` : value)));
}

function compareKeys(left: KeyValues, right: KeyValues): number {
  for (const [index, value] of left.entries()) {
    const order = compareValues(value, right[index] ?? INF_MIN);
    if (order !== 0) return order;
  }
  return 0;
}
