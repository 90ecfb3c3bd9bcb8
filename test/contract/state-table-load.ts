import { expect, it } from "vitest";
import type { Expected } from "../../lib/state/state-table.ts";
import { conflict, KEY, numbered, type Open } from "./state-table-bed.ts";

/** Many rows in one call. */
export function describeBatches(open: Open): void {
  it("writes and reads a thousand rows at once", async () => {
    const { table, now } = open();
    const expiresAt = now() + 1000;
    const keys = numbered(1000).map((sort) => ({ partition: `p${sort.at(-1)}`, sort }));
    await table.putMany(keys.map((key) => ({ ...key, value: { of: key.sort }, expiresAt })));
    const rows = await table.getMany([...keys, { partition: "p0", sort: "missing" }]);
    expect(rows.length).toBe(1000);
    for (const row of rows) expect(row).toMatchObject({ value: { of: row.sort }, expiresAt });
  });

  it("keeps the last of several rows with one key, and finds a key however often asked", async () => {
    const { table } = open();
    const values = numbered(60).map((value) => ({ ...KEY, value }));
    await table.putMany([...values.slice(0, 30), { ...KEY, sort: "other", value: 1 }, ...values]);
    expect((await table.get(KEY))?.value).toBe("59");
    const rows = await table.getMany([KEY, KEY, { ...KEY, sort: "other" }, KEY]);
    expect(new Set(rows.map((row) => row.sort))).toEqual(new Set(["s", "other"]));
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

/** Many writers at once. */
export function describeRaces(open: Open): void {
  it("lets exactly one of a hundred writers win each round", async () => {
    const { table } = open();
    let expected: Expected = "absent";
    for (let round = 0; round < 3; round++) {
      const writes = numbered(100).map((writer) => table.put(KEY, `${round}/${writer}`, expected));
      const attempts = await Promise.allSettled(writes);
      const winners = [...attempts.keys()].filter((at) => attempts[at]?.status === "fulfilled");
      expect(winners.length).toBe(1);
      const row = await table.get(KEY);
      expect(row?.value).toBe(`${round}/${numbered(100)[winners[0] ?? -1]}`);
      expected = { version: row?.version ?? 0 };
    }
  });

  it("gives an expired row to exactly one of those who are after it", async () => {
    const { table, now, advance } = open();
    for (let round = 0; round < 5; round++) {
      await table.put(KEY, "old", "any", { expiresAt: now() + 10 });
      advance(10);
      const writes = numbered(20).map((writer) => table.put(KEY, writer, "absent"));
      const attempts = await Promise.allSettled(writes);
      const winners = [...attempts.keys()].filter((at) => attempts[at]?.status === "fulfilled");
      expect(winners.length).toBe(1);
      expect((await table.get(KEY))?.value).toBe(numbered(20)[winners[0] ?? -1]);
    }
  });
}
