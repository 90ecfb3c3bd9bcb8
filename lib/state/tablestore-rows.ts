import type {
  PageRange,
  ReadResult,
  RowPage,
  RowStore,
  StoreCondition,
  StoredRow,
  StoreLimits,
} from "./row-store.ts";
import type { RowKey } from "./state-table.ts";
import type { OpenedTablestore } from "./tablestore-client.ts";
import { type BatchItem, rowFailure } from "./tablestore-failure.ts";
import { decodeRow, encodeCondition, encodeKey, encodeRow } from "./tablestore-wire.ts";

/** Tablestore documentation, *Limits on the Wide Column model*; some room is left for wrapping. */
const LIMITS: StoreLimits = {
  readRows: 100,
  writeRows: 200,
  writeBytes: 3_500_000,
  rowBytes: 2 * 1024 * 1024,
  partitionBytes: 1024,
  sortBytes: 1024,
};

/** The rows of one Tablestore table. */
export function createTablestoreRows(opened: OpenedTablestore): RowStore {
  return new TablestoreRows(opened);
}

class TablestoreRows implements RowStore {
  readonly limits = LIMITS;
  readonly #opened: OpenedTablestore;
  readonly #table: { readonly tableName: string };

  constructor(opened: OpenedTablestore) {
    this.#opened = opened;
    this.#table = { tableName: opened.place.table };
  }

  async read(key: RowKey, signal: AbortSignal): Promise<StoredRow | undefined> {
    const input = { ...this.#table, primaryKey: encodeKey(key) };
    const { ask } = this.#opened;
    const { row } = await ask("getRow", input, signal);
    return decodeRow(row);
  }

  async readBatch(keys: readonly RowKey[], signal: AbortSignal): Promise<ReadResult> {
    const input = { tables: [{ ...this.#table, primaryKey: keys.map(encodeKey) }] };
    const { tables } = await this.#opened.ask("batchGetRow", input, signal);
    const items = tables.flat();
    const rows = items.map((item) => (item.isOk ? decodeRow(item) : undefined));
    const left = this.#leftOf(keys, items, "batchGetRow");
    return { rows: rows.filter((row) => row !== undefined), left };
  }

  write(row: StoredRow, condition: StoreCondition, signal: AbortSignal): Promise<boolean> {
    const { sdk, holds } = this.#opened;
    const input = {
      ...this.#table,
      ...encodeRow(sdk, row),
      condition: encodeCondition(sdk, condition),
    };
    return holds("putRow", input, signal);
  }

  async writeBatch(rows: readonly StoredRow[], signal: AbortSignal): Promise<readonly StoredRow[]> {
    const { sdk, ask } = this.#opened;
    const put = { type: "PUT", condition: encodeCondition(sdk, "any") } as const;
    const writes = rows.map((row) => ({ ...put, ...encodeRow(sdk, row) }));
    const input = { tables: [{ ...this.#table, rows: writes }] };
    const { tables } = await ask("batchWriteRow", input, signal);
    return this.#leftOf(rows, tables, "batchWriteRow");
  }

  remove(key: RowKey, condition: StoreCondition, signal: AbortSignal): Promise<boolean> {
    const { sdk, holds } = this.#opened;
    const input = {
      ...this.#table,
      primaryKey: encodeKey(key),
      condition: encodeCondition(sdk, condition),
    };
    return holds("deleteRow", input, signal);
  }

  /** A range begins with a row, not after one, and knows no prefix: both are cut off here. */
  async readPage(
    partition: string,
    { prefix, after, rowsMax }: PageRange,
    signal: AbortSignal,
  ): Promise<RowPage> {
    const { sdk, ask } = this.#opened;
    const input = {
      ...this.#table,
      direction: "FORWARD",
      inclusiveStartPrimaryKey: [{ pk: partition }, { sk: after || prefix || sdk.INF_MIN }],
      exclusiveEndPrimaryKey: [{ pk: partition }, { sk: sdk.INF_MAX }],
      limit: rowsMax,
    };
    const answer = await ask("getRange", input, signal);
    const found = answer.rows.map(decodeRow).filter((row) => row !== undefined);
    const rows = found.filter(({ sort }) => sort !== after && sort.startsWith(prefix));
    const last = found.at(-1)?.sort;
    const hasMore = answer.nextStartPrimaryKey !== null && last?.startsWith(prefix) === true;
    return { rows, next: hasMore ? last : undefined };
  }

  close(): void {
    this.#opened.close();
  }

  /** Rows of a batch succeed and fail one by one, in the order they were asked for. */
  #leftOf<T>(asked: readonly T[], items: readonly BatchItem[], action: string): readonly T[] {
    return asked.filter((_, index) => {
      const item = items[index];
      if (item === undefined || item.isOk) return item === undefined;
      const failure = rowFailure(item, this.#opened.place, action);
      if (failure.remedy !== "retry") throw failure;
      return true;
    });
  }
}
