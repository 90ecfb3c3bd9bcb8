import type { StateTable } from "./state-table.ts";

/** Rows that were read and written; what a table bills is in proportion to them. */
export interface TableCounts {
  /** A read that finds nothing counts as one. */
  readonly reads: number;
  /** Deleted rows and refused writes count, too: they cost the same. */
  readonly writes: number;
}

/** A table that counts what is done with it. */
export interface CountedTable {
  readonly table: StateTable;
  /** Up to now. */
  readonly counts: TableCounts;
}

/** Counts the rows that go through a table. */
export function countTable(inner: StateTable): CountedTable {
  const counts = { reads: 0, writes: 0 };
  const table: StateTable = {
    get(key) {
      counts.reads++;
      return inner.get(key);
    },
    getMany(keys) {
      counts.reads += keys.length;
      return inner.getMany(keys);
    },
    put(...args) {
      counts.writes++;
      return inner.put(...args);
    },
    putMany(writes) {
      counts.writes += writes.length;
      return inner.putMany(writes);
    },
    async *query(...args) {
      let rows = 0;
      for await (const row of inner.query(...args)) {
        rows++;
        counts.reads++;
        yield row;
      }
      if (rows === 0) counts.reads++;
    },
    delete(...args) {
      counts.writes++;
      return inner.delete(...args);
    },
    close: () => inner.close(),
  };
  return { table, counts };
}
