import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JsonValue, SortRange } from "../../lib/state/state-table.ts";
import {
  conflict,
  KEY,
  numbered,
  type Open,
  type OpenedTable,
  sortsOf,
} from "./state-table-bed.ts";
import { describeBatches, describeRaces } from "./state-table-load.ts";

/** Servers on a busy machine take their time. */
const TIMEOUT_MS = 90_000;

/** Checks that a driver is a state table: every driver runs the whole of it. */
export function describeStateTable(name: string, open: () => Promise<OpenedTable>): void {
  describe(`${name} as a state table`, { timeout: TIMEOUT_MS }, () => {
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

  it("takes no old version for the one of a row made anew", async () => {
    const { table } = open();
    const old = await table.put(KEY, "old", "absent");
    await table.delete(KEY, { version: old });
    const fresh = await table.put(KEY, "old", "absent");
    expect((await conflict(table.put(KEY, "late", { version: old }))).current?.version).toBe(fresh);
    expect((await conflict(table.delete(KEY, { version: old }))).current?.version).toBe(fresh);
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

  it("writes and deletes an expired row without a condition, like any other", async () => {
    const { table, now, advance } = open();
    const keys = ["put", "batch", "delete"].map((sort) => ({ partition: "p", sort }));
    const expiresAt = now() + 10;
    await table.putMany(keys.map((key) => ({ ...key, value: "old", expiresAt })));
    advance(10);
    await table.put({ partition: "p", sort: "put" }, "new", "any");
    await table.putMany([{ partition: "p", sort: "batch", value: "new" }]);
    await table.delete({ partition: "p", sort: "delete" }, "any");
    expect(await sortsOf(table, "p")).toEqual(["batch", "put"]);
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

  it("lists hundreds of rows, whatever happens to them meanwhile", async () => {
    const { table } = open();
    const sorts = numbered(500);
    await table.putMany(sorts.map((sort) => ({ partition: "p", sort, value: 0 })));
    const seen: string[] = [];
    for await (const row of table.query("p")) {
      seen.push(row.sort);
      await table.put(row, 1, { version: row.version });
    }
    expect(seen).toEqual(sorts);
  });

  it("lists megabytes, page after page", async () => {
    const { table } = open();
    const sorts = numbered(40);
    const text = "é".repeat(60_000);
    await table.putMany(sorts.map((sort) => ({ partition: "p", sort, value: text })));
    expect(await sortsOf(table, "p")).toEqual(sorts);
    expect(await sortsOf(table, "p", { prefix: "1", after: "15" })).toEqual(sorts.slice(16, 20));
    const rows = await table.getMany(sorts.map((sort) => ({ partition: "p", sort })));
    expect(rows.filter((row) => row.value === text).length).toBe(40);
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
