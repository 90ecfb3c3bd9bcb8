import { describe, expect, it } from "vitest";
import type { SqliteConnection } from "../../lib/state/sqlite-connection.ts";
import { SqliteTurns } from "../../lib/state/sqlite-turns.ts";
import { ConflictError } from "../../lib/state/state-table.ts";

/** A connection that notes what it is told, and fails where the test wants. */
function noting(fails: (sql: string) => boolean = () => false) {
  const log: string[] = [];
  const connection: SqliteConnection = {
    exec(sql) {
      log.push(sql);
      if (fails(sql)) throw new Error(`${sql} failed`);
    },
    prepare: () => ({ get: () => undefined, all: () => [] }),
    close: () => undefined,
  };
  const turns = new SqliteTurns(connection, (thrown) => new Error("busy", { cause: thrown }));
  const note = (name: string) => () => {
    log.push(name);
    return name;
  };
  return { log, turns, note };
}

describe("SqliteTurns", () => {
  it("runs the calls of one turn in order and in one transaction", async () => {
    const { log, turns, note } = noting();
    const done = Promise.all([
      turns.run("write", note("a")),
      turns.run("read", note("b")),
      turns.run("write", note("c")),
    ]);
    expect(log).toEqual([]);
    expect(await done).toEqual(["a", "b", "c"]);
    expect(log).toEqual(["BEGIN IMMEDIATE", "a", "b", "c", "COMMIT"]);
  });

  it("does without a transaction where there is only one write", async () => {
    const { log, turns, note } = noting();
    await Promise.all([turns.run("read", note("a")), turns.run("write", note("b"))]);
    await turns.run("write", note("c"));
    expect(log).toEqual(["a", "b", "c"]);
  });

  it("takes a conflict for an answer: the other writes of the turn stand", async () => {
    const { log, turns, note } = noting();
    const conflict = new ConflictError({ partition: "p", sort: "s" }, undefined);
    const refused = turns.run("write", () => {
      throw conflict;
    });
    const written = turns.run("write", note("b"));
    await expect(refused).rejects.toBe(conflict);
    expect(await written).toBe("b");
    expect(log).toEqual(["BEGIN IMMEDIATE", "b", "COMMIT"]);
  });

  it("tries each call by itself after a failure, and fails the one that fails again", async () => {
    const { log, turns, note } = noting();
    const broken = turns.run("write", () => {
      log.push("broken");
      throw new Error("the disk is full");
    });
    const written = turns.run("write", note("b"));
    await expect(broken).rejects.toThrow("the disk is full");
    expect(await written).toBe("b");
    expect(log).toEqual(["BEGIN IMMEDIATE", "broken", "ROLLBACK", "broken", "b"]);
  });

  it("tells nobody of a write that was not committed", async () => {
    const { log, turns, note } = noting((sql) => sql === "COMMIT" || sql === "ROLLBACK");
    const told: string[] = [];
    const tell = (name: string) => told.push(name);
    await Promise.all([
      turns.run("write", note("a")).then(tell),
      turns.run("write", note("b")).then(tell),
    ]);
    expect(log).toEqual(["BEGIN IMMEDIATE", "a", "b", "COMMIT", "ROLLBACK", "a", "b"]);
    expect(told).toEqual(["a", "b"]);
  });

  it("waits once for a lock, not once for each call", async () => {
    const { log, turns, note } = noting((sql) => sql.startsWith("BEGIN"));
    const calls = [turns.run("write", note("a")), turns.run("write", note("b"))];
    for (const call of calls) await expect(call).rejects.toThrow("busy");
    expect(log).toEqual(["BEGIN IMMEDIATE"]);
  });

  it("runs what waits at once when asked to", async () => {
    const { log, turns, note } = noting();
    const done = turns.run("write", note("a"));
    turns.finish();
    expect(log).toEqual(["a"]);
    expect(await done).toBe("a");
  });
});
