import { describe, expect, it } from "vitest";
import { countTable } from "../../lib/state/counting-table.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { ManualClock } from "./manual-clock.ts";

const KEY = { partition: "p", sort: "a" };
const OTHER = { partition: "p", sort: "b" };

async function readAll(table: StateTable, partition: string): Promise<number> {
  let rows = 0;
  for await (const _ of table.query(partition)) rows++;
  return rows;
}

interface Call {
  readonly what: string;
  readonly call: (table: StateTable) => Promise<unknown>;
  readonly reads: number;
  readonly writes: number;
}

const CALLS: readonly Call[] = [
  { what: "a row got", call: (table) => table.get(KEY), reads: 1, writes: 0 },
  { what: "rows got together", call: (table) => table.getMany([KEY, OTHER]), reads: 2, writes: 0 },
  { what: "a range", call: (table) => readAll(table, "p"), reads: 2, writes: 0 },
  { what: "an empty range", call: (table) => readAll(table, "none"), reads: 1, writes: 0 },
  { what: "a row put", call: (table) => table.put(KEY, 1, "any"), reads: 0, writes: 1 },
  {
    what: "a put that is refused",
    call: (table) => table.put(KEY, 1, "absent").catch(() => undefined),
    reads: 0,
    writes: 1,
  },
  {
    what: "rows put together",
    call: (table) =>
      table.putMany([
        { ...KEY, value: 1 },
        { ...OTHER, value: 2 },
      ]),
    reads: 0,
    writes: 2,
  },
  { what: "a row deleted", call: (table) => table.delete(KEY, "any"), reads: 0, writes: 1 },
];

describe("countTable", () => {
  it.each(CALLS)("counts $what", async ({ call, reads, writes }) => {
    const inner = createMemoryTable({ clock: new ManualClock() });
    await inner.put(KEY, 1, "any");
    await inner.put(OTHER, 2, "any");
    const { table, counts } = countTable(inner);
    await call(table);
    expect(counts).toEqual({ reads, writes });
  });
});
