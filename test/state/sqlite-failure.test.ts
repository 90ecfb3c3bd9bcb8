import Database from "libsql";
import { describe, expect, it } from "vitest";
import { FerryError } from "../../lib/base/error.ts";
import { sqliteFailure } from "../../lib/state/sqlite-failure.ts";

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("sqliteFailure", () => {
  it("tells a full disk from other trouble", () => {
    const database = new Database(":memory:");
    database.exec("PRAGMA max_page_count = 2; CREATE TABLE t (x)");
    const error = thrownBy(() => database.prepare("INSERT INTO t VALUES (zeroblob(9999))").run());
    expect(sqliteFailure(error, "/s.db")).toMatchObject({
      code: "STATE_FULL",
      remedy: "giveUp",
      message: `state file "/s.db" cannot grow: the disk is full`,
      hint: expect.stringContaining("another disk"),
    });
  });

  it("tells a file that can only be read", () => {
    const database = new Database(":memory:");
    database.exec("PRAGMA query_only = 1");
    const error = thrownBy(() => database.exec("CREATE TABLE t (x)"));
    expect(sqliteFailure(error, "/s.db")).toMatchObject({
      code: "STATE_UNUSABLE",
      remedy: "fixInput",
      message: `state file "/s.db" cannot be opened for writing`,
    });
  });

  it("tells a folder that is not there", () => {
    const error = thrownBy(() => new Database("/nowhere/at/all/s.db"));
    expect(sqliteFailure(error, "/s.db").code).toBe("STATE_UNUSABLE");
  });

  it.each([
    [5, "STATE_BUSY", "retry"],
    [6, "STATE_BUSY", "retry"],
    [261, "STATE_BUSY", "retry"],
    [11, "STATE_UNUSABLE", "fixInput"],
    [13, "STATE_FULL", "giveUp"],
    [1, "INTERNAL", "giveUp"],
  ])("reads result code %d of node:sqlite as %s", (errcode, code, remedy) => {
    const error = Object.assign(new Error("x"), { code: "ERR_SQLITE_ERROR", errcode });
    expect(sqliteFailure(error, "/s.db")).toMatchObject({ code, remedy });
  });

  it.each([
    ["ENOSPC", "STATE_FULL"],
    ["EROFS", "STATE_UNUSABLE"],
    ["EACCES", "STATE_UNUSABLE"],
  ])("reads the file system's %s as %s", (code, expected) => {
    const error = Object.assign(new Error("x"), { code, syscall: "open" });
    expect(sqliteFailure(error, "/s.db").code).toBe(expected);
  });

  it("leaves errors alone that say what they mean, and bugs bugs", () => {
    const known = new FerryError("x", { code: "KNOWN", remedy: "retry" });
    expect(sqliteFailure(known, "/s.db")).toBe(known);
    expect(sqliteFailure(new TypeError("x is undefined"), "/s.db").code).toBe("INTERNAL");
  });
});
