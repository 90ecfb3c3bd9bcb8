import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  ConflictError,
  type Expected,
  type JsonValue,
  type Row,
  type RowKey,
  type SortRange,
  type StateTable,
} from "../../lib/state/state-table.ts";

/** A table of its own for one test, and the clock it was opened with. */
export interface OpenedTable {
  readonly table: StateTable;
  readonly now: () => number;
  readonly advance: (milliseconds: number) => void;
  /** Closes the table and removes whatever it was kept in. */
  readonly dispose: () => Promise<void>;
}

/** Checks that a driver is a state table: every driver runs the whole of it. */
export function describeStateTable(name: string, open: () => Promise<OpenedTable>): void {
  describe(`${name} as a state table`, () => {
    let opened: OpenedTable;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.dispose());

    describe("single rows", () => describeSingleRows(() => opened));
    describe("expiry", () => describeExpiry(() => opened));
    describe("ranges", () => describeRanges(() => opened));
    describe("batches", () => describeBatches(() => opened));
    describe("races", () => describeRaces(() => opened));
  });
}

type Open = () => OpenedTable;

const KEY: RowKey = { partition: "p", sort: "s" };

function describeSingleRows(open: Open): void {
  it("gives back what was put, and nothing for what was not", async () => {
    const { table } = open();
    const value = { text: "ü\u0000😀", number: 1.5, list: [null, true, { deep: [] }] };
    const version = await table.put(KEY, value, "absent");
    expect(await table.get(KEY)).toEqual({ ...KEY, value, version });
    expect(await table.get({ partition: "p", sort: "S" })).toBeUndefined();
    expect(await table.get({ partition: "s", sort: "p" })).toBeUndefined();
  });

  it("drops fields without a value, as JSON does", async () => {
    const { table } = open();
    await table.put(KEY, { kept: 1, dropped: undefined }, "any");
    expect((await table.get(KEY))?.value).toStrictEqual({ kept: 1 });
  });

  it.each<[JsonValue]>([[null], [0], [""], [false], [[]], [{}], ["text"]])(
    "keeps %j as a whole value",
    async (value) => {
      const { table } = open();
      await table.put(KEY, value, "absent");
      expect((await table.get(KEY))?.value).toStrictEqual(value);
    },
  );

  it("keeps values of 300 KB", async () => {
    const { table } = open();
    const value = { text: "é".repeat(150_000) };
    await table.put(KEY, value, "absent");
    expect((await table.get(KEY))?.value).toEqual(value);
  });

  it("does not share objects with its callers", async () => {
    const { table } = open();
    const value = { list: [1] };
    await table.put(KEY, value, "absent");
    value.list.push(2);
    expect((await table.get(KEY))?.value).toEqual({ list: [1] });
    const read = (await table.get(KEY))?.value;
    if (typeof read === "object") Object.assign(read ?? {}, { list: [] });
    expect((await table.get(KEY))?.value).toEqual({ list: [1] });
  });

  it("changes the version with every write, and never uses one again", async () => {
    const { table } = open();
    const versions = [await table.put(KEY, 1, "absent"), await table.put(KEY, 1, "any")];
    versions.push(await table.put(KEY, 1, { version: versions[1] ?? 0 }));
    await table.putMany([{ ...KEY, value: 1 }]);
    versions.push((await table.get(KEY))?.version ?? 0);
    await table.delete(KEY, "any");
    versions.push(await table.put(KEY, 1, "absent"));
    expect(new Set(versions).size).toBe(5);
    expect(versions.every(Number.isSafeInteger)).toBe(true);
  });

  it("refuses a write whose condition does not hold, with the row that is there", async () => {
    const { table } = open();
    expect((await conflict(table.put(KEY, "new", { version: 7 }))).current).toBeUndefined();
    const first = await table.put(KEY, "first", "absent");
    expect((await conflict(table.put(KEY, "new", "absent"))).current?.value).toBe("first");
    const second = await table.put(KEY, "second", { version: first });
    const stale = await conflict(table.put(KEY, "new", { version: first }));
    expect(stale.current).toEqual({ ...KEY, value: "second", version: second });
    expect((await table.get(KEY))?.value).toBe("second");
  });

  it("deletes under the same conditions", async () => {
    const { table } = open();
    await table.delete(KEY, "any");
    await table.delete(KEY, "absent");
    expect((await conflict(table.delete(KEY, { version: 7 }))).current).toBeUndefined();
    const first = await table.put(KEY, 1, "absent");
    expect((await conflict(table.delete(KEY, "absent"))).current?.version).toBe(first);
    const second = await table.put(KEY, 2, "any");
    expect((await conflict(table.delete(KEY, { version: first }))).current?.version).toBe(second);
    await table.delete(KEY, { version: second });
    expect(await table.get(KEY)).toBeUndefined();
    await table.put(KEY, 3, "absent");
    await table.delete(KEY, "any");
    expect(await table.get(KEY)).toBeUndefined();
  });
}

function describeExpiry(open: Open): void {
  it("shows a row until its time has come, and not from then on", async () => {
    const { table, now, advance } = open();
    const expiresAt = now() + 1000;
    const version = await table.put(KEY, 1, "absent", { expiresAt });
    advance(999);
    expect(await table.get(KEY)).toEqual({ ...KEY, value: 1, version, expiresAt });
    expect(await sortsOf(table, "p")).toEqual(["s"]);
    advance(1);
    expect(await table.get(KEY)).toBeUndefined();
    expect(await table.getMany([KEY])).toEqual([]);
    expect(await sortsOf(table, "p")).toEqual([]);
  });

  it("takes an expired row for absent in every condition", async () => {
    const { table, now, advance } = open();
    const old = await table.put(KEY, "old", "absent", { expiresAt: now() + 10 });
    advance(10);
    expect((await conflict(table.put(KEY, "new", { version: old }))).current).toBeUndefined();
    expect((await conflict(table.delete(KEY, { version: old }))).current).toBeUndefined();
    await table.delete(KEY, "absent");
    const fresh = await table.put(KEY, "new", "absent");
    expect(await table.get(KEY)).toEqual({ ...KEY, value: "new", version: fresh });
    await conflict(table.put(KEY, "newer", { version: old }));
  });

  it("lets a write set, move and clear the time", async () => {
    const { table, now, advance } = open();
    let version = await table.put(KEY, 1, "absent", { expiresAt: now() + 10 });
    version = await table.put(KEY, 2, { version }, { expiresAt: now() + 100 });
    advance(50);
    expect((await table.get(KEY))?.value).toBe(2);
    await table.put(KEY, 3, { version });
    advance(1000);
    expect((await table.get(KEY))?.value).toBe(3);
  });

  it("stays right while expired rows are cleared away", async () => {
    const { table, now, advance } = open();
    for (let round = 0; round < 4; round++) {
      const expiresAt = now() + 10;
      await table.putMany(
        numbered(500).map((sort) => ({ partition: "short", sort, value: round, expiresAt })),
      );
      await table.put({ partition: "long", sort: `${round}` }, round, "absent");
      advance(10);
    }
    expect(await sortsOf(table, "short")).toEqual([]);
    expect(await sortsOf(table, "long")).toEqual(["0", "1", "2", "3"]);
  });
}

function describeRanges(open: Open): void {
  it("lists one partition in the order of the sort keys' UTF-8 bytes", async () => {
    const { table } = open();
    const sorts = ["b", "B", "a", "é", "😀", "\uffee", "aa", "a/b", "a-b", "10", "9", "中"];
    for (const sort of sorts) await table.put({ partition: "p", sort }, sort, "absent");
    await table.put({ partition: "p2", sort: "other" }, 1, "absent");
    const expected = [...sorts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(await sortsOf(table, "p")).toEqual(expected);
  });

  it.each<[string, SortRange, string[]]>([
    ["prefix", { prefix: "b" }, ["b", "b1", "b2", "b😀"]],
    ["after", { after: "b1" }, ["b2", "b😀", "c", "c%"]],
    ["after a key that is not there", { after: "b11" }, ["b2", "b😀", "c", "c%"]],
    ["prefix and after", { prefix: "b", after: "b1" }, ["b2", "b😀"]],
    ["after the whole prefix", { prefix: "a", after: "b" }, []],
    ["after before the prefix", { prefix: "c", after: "a" }, ["c", "c%"]],
    ["a prefix nobody has", { prefix: "x" }, []],
    ["a prefix with a pattern's character", { prefix: "c%" }, ["c%"]],
  ])("cuts by %s", async (_, range, expected) => {
    const { table } = open();
    for (const sort of ["a", "b", "b1", "b2", "b😀", "c", "c%"]) {
      await table.put({ partition: "p", sort }, 1, "absent");
    }
    expect(await sortsOf(table, "p", range)).toEqual(expected);
  });

  it("lists a thousand rows, whatever happens to them meanwhile", async () => {
    const { table } = open();
    const sorts = numbered(1000);
    await table.putMany(sorts.map((sort) => ({ partition: "p", sort, value: 0 })));
    const seen: string[] = [];
    for await (const row of table.query("p")) {
      seen.push(row.sort);
      await table.put(row, 1, { version: row.version });
    }
    expect(seen).toEqual(sorts);
  });

  it("can be left early", async () => {
    const { table } = open();
    await table.putMany(numbered(300).map((sort) => ({ partition: "p", sort, value: 0 })));
    for await (const row of table.query("p")) {
      expect(row.sort).toBe("000");
      break;
    }
    await table.put({ partition: "p", sort: "000" }, 1, "any");
  });
}

function describeBatches(open: Open): void {
  it("writes and reads a thousand rows at once", async () => {
    const { table, now } = open();
    const expiresAt = now() + 1000;
    const keys = numbered(1000).map((sort) => ({ partition: `p${sort.at(-1)}`, sort }));
    await table.putMany(keys.map((key) => ({ ...key, value: { of: key.sort }, expiresAt })));
    const rows = await table.getMany([...keys, { partition: "p0", sort: "missing" }]);
    expect(rows.length).toBe(1000);
    for (const row of rows) expect(row).toMatchObject({ value: { of: row.sort }, expiresAt });
  });

  it("does nothing for empty batches", async () => {
    const { table } = open();
    await table.putMany([]);
    expect(await table.getMany([])).toEqual([]);
  });

  it("overwrites without conditions, clearing an old time", async () => {
    const { table, now, advance } = open();
    const version = await table.put(KEY, "old", "absent", { expiresAt: now() + 10 });
    await table.putMany([{ ...KEY, value: "new" }]);
    advance(10);
    expect((await table.get(KEY))?.value).toBe("new");
    await conflict(table.put(KEY, "stale", { version }));
  });

  it("keeps keys and values of any script apart", async () => {
    const { table } = open();
    const names = ["ключ", "鍵", "😀", "a b", `"quoted'`, "\\", "%_", "#", "[1]", "é", "e\u0301"];
    const keys = names.flatMap((sort) => names.map((partition) => ({ partition, sort })));
    await table.putMany(keys.map((key) => ({ ...key, value: [key.partition, key.sort] })));
    const rows = await table.getMany(keys);
    expect(rows.length).toBe(keys.length);
    for (const row of rows) expect(row.value).toEqual([row.partition, row.sort]);
  });
}

function describeRaces(open: Open): void {
  it("lets exactly one of a hundred writers win each round", async () => {
    const { table } = open();
    let expected: Expected = "absent";
    for (let round = 0; round < 10; round++) {
      const writes = numbered(100).map((writer) => table.put(KEY, `${round}/${writer}`, expected));
      const attempts = await Promise.allSettled(writes);
      const winners = [...attempts.keys()].filter((at) => attempts[at]?.status === "fulfilled");
      expect(winners.length).toBe(1);
      const row = await table.get(KEY);
      expect(row?.value).toBe(`${round}/${numbered(100)[winners[0] ?? -1]}`);
      expected = { version: row?.version ?? 0 };
    }
  });
}

async function conflict(write: Promise<unknown>): Promise<ConflictError> {
  const error = await write.catch((thrown: unknown) => thrown);
  if (!(error instanceof ConflictError)) throw new Error("no conflict", { cause: error });
  return error;
}

async function sortsOf(
  table: StateTable,
  partition: string,
  range?: SortRange,
): Promise<readonly string[]> {
  const rows: Row<JsonValue>[] = [];
  for await (const row of table.query(partition, range)) rows.push(row);
  return rows.map((row) => row.sort);
}

/** `count` texts of digits, in order. */
function numbered(count: number): readonly string[] {
  const width = String(count - 1).length;
  return Array.from({ length: count }, (_, index) => String(index).padStart(width, "0"));
}
