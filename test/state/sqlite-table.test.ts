import { execFile } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteTable } from "../../lib/state/sqlite-table.ts";
import { describeStateTable } from "../contract/state-table.ts";
import { ManualClock } from "./manual-clock.ts";

const KEY = { partition: "p", sort: "s" };
const clock = new ManualClock();
let folder = "";

function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), "imageferry-state-"));
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

for (const place of ["file", ":memory:"]) {
  describeStateTable(`sqlite-table in a ${place}`, async () => {
    const ownClock = new ManualClock();
    const ownFolder = makeFolder();
    const path = place === "file" ? join(ownFolder, "state.db") : place;
    const table = await openSqliteTable(path, { clock: ownClock });
    return {
      table,
      now: () => ownClock.now(),
      advance: (milliseconds) => ownClock.advance(milliseconds),
      dispose: async () => {
        await table.close();
        rmSync(ownFolder, { recursive: true });
      },
    };
  });
}

describe("openSqliteTable", () => {
  beforeEach(() => {
    folder = makeFolder();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("keeps rows from one opening to the next", async () => {
    const path = join(folder, "state.db");
    const first = await openSqliteTable(path, { clock });
    const version = await first.put(KEY, { kept: true }, "absent");
    await first.close();
    const second = await openSqliteTable(path, { clock });
    expect(await second.get(KEY)).toEqual({ ...KEY, value: { kept: true }, version });
    await second.close();
  });

  it("creates folders and files that nobody else can read", async () => {
    const path = join(folder, "a", "b", "state.db");
    const table = await openSqliteTable(path, { clock });
    await table.put(KEY, 1, "absent");
    expect(modeOf(join(folder, "a"))).toBe(0o700);
    expect(modeOf(join(folder, "a", "b"))).toBe(0o700);
    for (const suffix of ["", "-wal", "-shm"]) expect(modeOf(`${path}${suffix}`)).toBe(0o600);
    await table.close();
  });

  it("takes a state file's loose rights away, and leaves the folder's alone", async () => {
    const path = join(folder, "state.db");
    await (await openSqliteTable(path, { clock })).close();
    chmodSync(path, 0o644);
    chmodSync(folder, 0o755);
    await (await openSqliteTable(path, { clock })).close();
    expect(modeOf(path)).toBe(0o600);
    expect(modeOf(folder)).toBe(0o755);
  });

  it("writes ahead, so that readers and a writer do not block each other", async () => {
    const path = join(folder, "state.db");
    const table = await openSqliteTable(path, { clock });
    const reader = new Database(path);
    reader.exec("BEGIN");
    expect(reader.prepare("SELECT count(*) AS n FROM rows").get()).toMatchObject({ n: 0 });
    await table.put(KEY, 1, "absent");
    expect(reader.prepare("SELECT count(*) AS n FROM rows").get()).toMatchObject({ n: 0 });
    reader.exec("COMMIT");
    expect(reader.prepare("SELECT count(*) AS n FROM rows").get()).toMatchObject({ n: 1 });
    reader.close();
    await table.close();
  });

  it("clears expired rows away while it writes", async () => {
    const path = join(folder, "state.db");
    const table = await openSqliteTable(path, { clock });
    const expiresAt = clock.now() + 10;
    const sorts = Array.from({ length: 400 }, (_, index) => `${index}`);
    await table.putMany(sorts.map((sort) => ({ partition: "old", sort, value: 0, expiresAt })));
    clock.advance(10);
    await table.putMany(sorts.map((sort) => ({ partition: "new", sort, value: 0 })));
    const other = new Database(path);
    expect(other.prepare("SELECT count(*) AS n FROM rows").get()).toMatchObject({ n: 400 });
    other.close();
    await table.close();
  });

  it.each<[string, (path: string) => void]>([
    ["is a link", (path) => symlinkSync(join(folder, "elsewhere.db"), path)],
    ["is no file", (path) => mkdirSync(path)],
    ["is damaged or no state file", (path) => writeFileSync(path, "just text. ".repeat(100))],
    ["belongs to another program", (path) => void new Database(path).exec("CREATE TABLE t (x)")],
    [
      "has schema 99, this program knows 1",
      (path) => {
        new Database(path).exec("PRAGMA application_id = 0x46657272; PRAGMA user_version = 99");
      },
    ],
  ])("refuses a file that %s, and leaves it as it is", async (what, make) => {
    const path = join(folder, "state.db");
    make(path);
    const before = what === "is no file" || what === "is a link" ? "" : readFileSync(path, "hex");
    await expect(openSqliteTable(path, { clock })).rejects.toMatchObject({
      code: "STATE_UNUSABLE",
      remedy: "fixInput",
      message: `state file "${path}" ${what}`,
      hint: expect.any(String),
    });
    if (before !== "") expect(readFileSync(path, "hex")).toBe(before);
  });

  it("names the file when its folder cannot be made", async () => {
    writeFileSync(join(folder, "file"), "");
    const path = join(folder, "file", "state.db");
    await expect(openSqliteTable(path, { clock })).rejects.toMatchObject({
      code: "STATE_UNUSABLE",
      remedy: "fixInput",
      message: `state file "${path}" cannot be opened for writing`,
    });
  });

  it("counts right when four processes count at once", { timeout: 60_000 }, async () => {
    const path = join(folder, "state.db");
    const program = fileURLToPath(new URL("count-up.ts", import.meta.url));
    const run = () =>
      promisify(execFile)(process.execPath, ["--import", "tsx", program, path, "500"]);
    const outputs = await Promise.all([run(), run(), run(), run()]);
    expect(outputs.map((output) => output.stderr)).toEqual(["", "", "", ""]);
    const table = await openSqliteTable(path, { clock });
    expect((await table.get(KEY))?.value).toBe(2000);
    await table.close();
  });
});
