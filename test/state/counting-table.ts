import type { StateTable } from "../../lib/state/state-table.ts";

/** A table and the names of the calls it got, in order. */
export interface CountingTable {
  readonly table: StateTable;
  readonly calls: string[];
}

/** Notes every call on its way to `inner`. */
export function countingTable(inner: StateTable): CountingTable {
  const calls: string[] = [];
  const note = <T>(name: string, result: T): T => {
    calls.push(name);
    return result;
  };
  const table: StateTable = {
    get: (key) => note("get", inner.get(key)),
    getMany: (keys) => note("getMany", inner.getMany(keys)),
    put: (...args) => note("put", inner.put(...args)),
    putMany: (writes) => note("putMany", inner.putMany(writes)),
    query: (...args) => note("query", inner.query(...args)),
    delete: (...args) => note("delete", inner.delete(...args)),
    close: () => note("close", inner.close()),
  };
  return { table, calls };
}
