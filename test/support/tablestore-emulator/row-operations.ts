import type { CellValue } from "./cell-value.ts";
import { type Condition, checkCondition } from "./conditions.ts";
import { invalidParameter } from "./ots-error.ts";
import { decodeOneRow, encodeRows, type WireRow } from "./plain-buffer.ts";
import type { StoredRow, StoredTable } from "./stored-table.ts";

const DELETE_ALL_VALUES = 1;
const DELETE_ONE_VALUE = 3;

/** How a row is changed: `OperationType` of a batch, and the request of the same name. */
export const CHANGE = { put: 1, update: 2, delete: 3 } as const;

/** Changes one row. @throws {OtsError} `OTSConditionCheckFail` and what is wrong with the row. */
export function changeRow(
  table: StoredTable,
  change: { readonly type: number; readonly row: Uint8Array; readonly condition: Condition },
): void {
  const wire = decodeOneRow(change.row);
  const key = table.keyOf(wire.key);
  const found = table.get(key);
  checkCondition(change.condition, found?.columns);
  if (change.type === CHANGE.delete) {
    if (!wire.isDeletion) throw invalidParameter("A deletion without its marker.");
    table.delete(key);
    return;
  }
  const kept = change.type === CHANGE.update ? found?.columns : undefined;
  table.put({ key, columns: changedColumns(wire, kept ?? new Map()) });
}

/** A row as it is answered; no bytes when there is none. */
export function answerRow(
  table: StoredTable,
  row: StoredRow | undefined,
  columnsToGet: readonly string[],
): Uint8Array {
  return encodeRows(row === undefined ? [] : [wireRow(table, row, columnsToGet)]);
}

/** A stored row with all of its key, and the columns that were asked for. */
export function wireRow(
  table: StoredTable,
  row: StoredRow,
  columnsToGet: readonly string[],
): WireRow {
  const timestamp = BigInt(Date.now());
  const columns = [...row.columns]
    .filter(([name]) => columnsToGet.length === 0 || columnsToGet.includes(name))
    .map(([name, value]) => ({ name, value, timestamp }));
  return { key: table.cellsOf(row.key), columns };
}

function changedColumns(
  wire: WireRow,
  kept: ReadonlyMap<string, CellValue>,
): ReadonlyMap<string, CellValue> {
  const columns = new Map(kept);
  for (const { name, value, operation } of wire.columns) {
    if (operation === DELETE_ALL_VALUES || operation === DELETE_ONE_VALUE) columns.delete(name);
    else if (operation === undefined && value !== undefined) columns.set(name, value);
    else throw invalidParameter(`Column '${name}' cannot be changed like this.`);
  }
  return columns;
}
