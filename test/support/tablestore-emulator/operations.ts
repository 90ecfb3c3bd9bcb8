import protocol from "tablestore/lib/protocol/tablestore_compiled_proto.js";
import { invalidParameter, OtsError } from "./ots-error.ts";
import { decodeOneRow, encodeRows } from "./plain-buffer.ts";
import { answerRow, CHANGE, changeRow, wireRow } from "./row-operations.ts";
import { type KeyValues, StoredTable } from "./stored-table.ts";

const messages = protocol.main.proto;

const READ_ROWS_MAX = 100;
const WRITE_ROWS_MAX = 200;
const WRITE_BYTES_MAX = 4 * 1024 * 1024;
const RANGE_ROWS_MAX = 5000;
const RANGE_BYTES_MAX = 4 * 1024 * 1024;
const ACTIVE = 1;
const FORWARD = 0;

const CONSUMED = { capacityUnit: { read: 1, write: 1 } };

/** Which rows of a batch fail, and how. */
export type FailRow = (index: number) => OtsError | undefined;

/** An instance's tables, by name. */
export type Tables = Map<string, StoredTable>;

/** Does what a request asks for. @returns the answer's body. @throws {OtsError}. */
export type Operation = (tables: Tables, body: Uint8Array, failRow: FailRow) => Uint8Array;

/** Every operation that the emulator knows, by the name in the path. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  [
    "CreateTable",
    (tables, body) => {
      const { tableMeta, tableOptions } = messages.CreateTableRequest.decode(body);
      const { tableName, primaryKey } = tableMeta;
      if (!/^[A-Za-z_]\w{0,254}$/.test(tableName)) throw invalidParameter("Invalid table name.");
      if (tables.has(tableName)) {
        throw new OtsError(409, "OTSObjectAlreadyExist", "Requested table already exists.");
      }
      tables.set(tableName, new StoredTable({ ...tableOptions, tableName, primaryKey }));
      return messages.CreateTableResponse.encode({}).finish();
    },
  ],
  [
    "DescribeTable",
    (tables, body) => {
      const { tableName } = messages.DescribeTableRequest.decode(body);
      const { primaryKey, timeToLive, maxVersions } = tableOf(tables, tableName).definition;
      return messages.DescribeTableResponse.encode({
        tableMeta: { tableName, primaryKey: [...primaryKey] },
        tableOptions: { timeToLive, maxVersions },
        tableStatus: ACTIVE,
        reservedThroughputDetails: { capacityUnit: { read: 0, write: 0 }, lastIncreaseTime: 0 },
      }).finish();
    },
  ],
  [
    "GetRow",
    (tables, body) => {
      const { tableName, primaryKey, columnsToGet } = messages.GetRowRequest.decode(body);
      const table = tableOf(tables, tableName);
      const row = table.get(table.keyOf(decodeOneRow(primaryKey).key));
      return messages.GetRowResponse.encode({
        consumed: CONSUMED,
        row: answerRow(table, row, columnsToGet),
      }).finish();
    },
  ],
  [
    "PutRow",
    (tables, body) => {
      const { tableName, row, condition } = messages.PutRowRequest.decode(body);
      changeRow(tableOf(tables, tableName), { type: CHANGE.put, row, condition });
      return messages.PutRowResponse.encode(written()).finish();
    },
  ],
  [
    "UpdateRow",
    (tables, body) => {
      const { tableName, rowChange: row, condition } = messages.UpdateRowRequest.decode(body);
      changeRow(tableOf(tables, tableName), { type: CHANGE.update, row, condition });
      return messages.UpdateRowResponse.encode(written()).finish();
    },
  ],
  [
    "DeleteRow",
    (tables, body) => {
      const { tableName, primaryKey: row, condition } = messages.DeleteRowRequest.decode(body);
      changeRow(tableOf(tables, tableName), { type: CHANGE.delete, row, condition });
      return messages.DeleteRowResponse.encode(written()).finish();
    },
  ],
  ["BatchGetRow", batchGetRow],
  ["BatchWriteRow", batchWriteRow],
  ["GetRange", getRange],
]);

function batchGetRow(tables: Tables, body: Uint8Array, failRow: FailRow): Uint8Array {
  const asked = messages.BatchGetRowRequest.decode(body).tables;
  checkRowCount(asked.flatMap(({ primaryKey }) => primaryKey).length, READ_ROWS_MAX);
  const answers = asked.map(({ tableName, primaryKey, columnsToGet }) => {
    const table = tableOf(tables, tableName);
    const rows = primaryKey.map((bytes, index) => {
      const error = failRow(index);
      if (error !== undefined) return failedRow(error);
      const row = table.get(table.keyOf(decodeOneRow(bytes).key));
      return { isOk: true, consumed: CONSUMED, row: answerRow(table, row, columnsToGet) };
    });
    return { tableName, rows };
  });
  return messages.BatchGetRowResponse.encode({ tables: answers }).finish();
}

function batchWriteRow(tables: Tables, body: Uint8Array, failRow: FailRow): Uint8Array {
  const asked = messages.BatchWriteRowRequest.decode(body).tables;
  checkRowCount(asked.flatMap(({ rows }) => rows).length, WRITE_ROWS_MAX);
  if (body.byteLength > WRITE_BYTES_MAX) {
    throw invalidParameter(
      "The total data size of BatchWriteRow request exceeds the limit, limit size: 4194304.",
    );
  }
  const answers = asked.map(({ tableName, rows }) => {
    const table = tableOf(tables, tableName);
    const keys = rows.map(({ rowChange }) => table.keyOf(decodeOneRow(rowChange).key));
    if (new Set(keys.map((key) => JSON.stringify(key))).size < keys.length) {
      throw invalidParameter("Duplicated primary key.");
    }
    return {
      tableName,
      rows: rows.map(({ type, rowChange: row, condition }, index) => {
        try {
          const error = failRow(index);
          if (error !== undefined) throw error;
          changeRow(table, { type, row, condition });
          return { isOk: true, consumed: CONSUMED };
        } catch (error) {
          return failedRow(error);
        }
      }),
    };
  });
  return messages.BatchWriteRowResponse.encode({ tables: answers }).finish();
}

function getRange(tables: Tables, body: Uint8Array): Uint8Array {
  const asked = messages.GetRangeRequest.decode(body);
  const table = tableOf(tables, asked.tableName);
  if (asked.direction !== FORWARD) throw invalidParameter("Only forward ranges are emulated.");
  const bound = (bytes: Uint8Array): KeyValues => table.keyOf(decodeOneRow(bytes).key, "bounds");
  const start = bound(asked.inclusiveStartPrimaryKey);
  const found = table.between(start, bound(asked.exclusiveEndPrimaryKey));
  const rowsMax = asked.limit > 0 ? Math.min(asked.limit, RANGE_ROWS_MAX) : RANGE_ROWS_MAX;
  const rows = [];
  let bytes = 0;
  for (const row of found.slice(0, rowsMax)) {
    const wire = wireRow(table, row, asked.columnsToGet);
    bytes += encodeRows([wire]).byteLength;
    if (bytes > RANGE_BYTES_MAX && rows.length > 0) break;
    rows.push(wire);
  }
  const next = found[rows.length];
  return messages.GetRangeResponse.encode({
    consumed: CONSUMED,
    rows: encodeRows(rows),
    ...(next !== undefined && {
      nextStartPrimaryKey: encodeRows([{ key: table.cellsOf(next.key), columns: [] }]),
    }),
  }).finish();
}

function tableOf(tables: Tables, name: string): StoredTable {
  const table = tables.get(name);
  if (table !== undefined) return table;
  throw new OtsError(404, "OTSObjectNotExist", "Requested table does not exist.");
}

function written() {
  return { consumed: CONSUMED, row: new Uint8Array(0) };
}

function failedRow(error: unknown) {
  if (!(error instanceof OtsError)) throw error;
  return { isOk: false, error: { code: error.code, message: error.message } };
}

function checkRowCount(count: number, countMax: number): void {
  if (count <= countMax) return;
  throw invalidParameter(`Rows count exceeds the upper limit: ${countMax}.`);
}
