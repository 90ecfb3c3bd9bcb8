import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SqliteRows } from "../../lib/state/sqlite-rows.ts";
import { createSchema } from "../../lib/state/sqlite-schema.ts";
import { ManualClock } from "./manual-clock.ts";

const KEY = { partition: "p", sort: "s" };
let folder = "";
let path = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "imageferry-state-"));
  path = join(folder, "state.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(settings: string) {
  const connection = new Database(path);
  createSchema(connection, path);
  connection.exec(settings);
  return new SqliteRows(connection, { path, clock: new ManualClock() });
}

describe("SqliteRows", () => {
  it("says that the disk is full, and keeps what it has", async () => {
    const table = open("PRAGMA max_page_count = 10");
    await table.put(KEY, "small", "absent");
    const full = { code: "STATE_FULL", message: expect.stringContaining(`"${path}"`) };
    const big = "x".repeat(300_000);
    await expect(table.put(KEY, big, "any")).rejects.toMatchObject(full);
    await expect(table.putMany([{ ...KEY, value: big }])).rejects.toMatchObject(full);
    expect((await table.get(KEY))?.value).toBe("small");
    await table.put(KEY, "still works", "any");
    await table.close();
  });

  it("lets a write that cannot succeed spoil no other of its turn", async () => {
    const table = open("PRAGMA max_page_count = 12");
    const written = await Promise.allSettled([
      table.put({ ...KEY, sort: "a" }, 1, "absent"),
      table.put({ ...KEY, sort: "b" }, "x".repeat(300_000), "absent"),
      table.putMany([{ ...KEY, sort: "c", value: 3 }]),
      table.put({ ...KEY, sort: "a" }, 2, "absent"),
    ]);
    expect(written.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
      "rejected",
    ]);
    expect(written[1]).toMatchObject({ reason: { code: "STATE_FULL" } });
    expect(written[3]).toMatchObject({ reason: { name: "ConflictError", current: { value: 1 } } });
    const values = [];
    for await (const { value } of table.query("p")) values.push(value);
    expect(values).toEqual([1, 3]);
    await table.close();
  });

  it("says that another process holds the file, and works again when it lets go", async () => {
    const table = open("PRAGMA busy_timeout = 0");
    const other = new Database(path);
    other.exec("BEGIN IMMEDIATE");
    await expect(table.put(KEY, 1, "absent")).rejects.toMatchObject({
      code: "STATE_BUSY",
      remedy: "retry",
      message: `state file "${path}" is locked by another process`,
    });
    other.exec("COMMIT");
    other.close();
    await table.put(KEY, 1, "absent");
    await table.close();
  });

  it("says that the file can only be read", async () => {
    const table = open("PRAGMA query_only = 1");
    await expect(table.put(KEY, 1, "absent")).rejects.toMatchObject({
      code: "STATE_UNUSABLE",
      message: `state file "${path}" cannot be opened for writing`,
    });
    expect(await table.get(KEY)).toBeUndefined();
    await table.close();
  });
});
