import { ConflictError, type StateTable } from "../../lib/state/state-table.ts";

/**
 * A table whose answers to successful conditional writes get lost: its client repeats the write,
 * and tells its caller of the conflict with what it wrote itself, as cloud clients do.
 */
export function losingAnswers(table: StateTable): StateTable {
  return {
    get: (key) => table.get(key),
    getMany: (keys) => table.getMany(keys),
    async put(key, value, expected, options) {
      const version = await table.put(key, value, expected, options);
      if (expected === "any") return version;
      throw new ConflictError(key, await table.get(key));
    },
    putMany: (writes) => table.putMany(writes),
    query: (partition, range) => table.query(partition, range),
    delete: (key, expected) => table.delete(key, expected),
    close: () => table.close(),
  };
}
