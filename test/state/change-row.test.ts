import { beforeEach, describe, expect, it } from "vitest";
import { changeRow, type Decision } from "../../lib/state/change-row.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import type { JsonValue, Row, StateTable } from "../../lib/state/state-table.ts";
import { StoredRecord } from "../../lib/state/stored-record.ts";
import { losingAnswers } from "./lost-answers.ts";
import { ManualClock } from "./manual-clock.ts";

const KEY = { partition: "p", sort: "s" };
let table: StateTable;

beforeEach(() => {
  table = createMemoryTable({ clock: new ManualClock() });
});

/** Adds to a row's number; `by` tells the writers apart. */
function adder(by: number): (current: Row<JsonValue> | undefined) => Decision<number> {
  return (current) => {
    const sum = sumOf(current) + 1;
    return { kind: "write", value: { sum, by }, result: () => sum };
  };
}

function sumOf(row: Row<JsonValue> | undefined): number {
  return row === undefined ? 0 : new StoredRecord("a sum", row.value).number("sum");
}

describe("changeRow", () => {
  it("loses no change among many that race", async () => {
    const changes = Array.from({ length: 20 }, (_, by) =>
      changeRow(table, { key: KEY, decide: adder(by) }),
    );
    const results = await Promise.all(changes);
    expect(results.toSorted((a, b) => a - b)).toEqual([...results.keys()].map((at) => at + 1));
    expect(sumOf(await table.get(KEY))).toBe(20);
  });

  it("leaves the row alone when told to", async () => {
    const version = await table.put(KEY, 1, "absent");
    const decide = (): Decision<string> => ({ kind: "leave", result: "left" });
    expect(await changeRow(table, { key: KEY, decide })).toBe("left");
    expect((await table.get(KEY))?.version).toBe(version);
  });

  it("starts from the row as last seen, and looks again when that is out of date", async () => {
    await table.put(KEY, { sum: 5 }, "absent");
    const seen = await table.get(KEY);
    if (seen === undefined) throw new Error("there is no row");
    await table.put(KEY, { sum: 10 }, "any");
    expect(await changeRow(table, { key: KEY, seen, decide: adder(1) })).toBe(11);
    expect(await changeRow(table, { key: KEY, seen: "absent", decide: adder(2) })).toBe(12);
  });

  it("takes a conflict with what it wrote itself for success", async () => {
    const value = { b: 1, a: { gone: undefined, kept: [1] } };
    const decide = (): Decision<number> => ({ kind: "write", value, result: (version) => version });
    const version = await changeRow(losingAnswers(table), { key: KEY, decide });
    expect(await table.get(KEY)).toMatchObject({ version, value: { b: 1, a: { kept: [1] } } });
  });

  it("gives up when somebody else is faster every time", async () => {
    let rival = 1000;
    const decide = (current: Row<JsonValue> | undefined): Decision<number> => {
      void table.put(KEY, { sum: ++rival }, "any");
      return adder(1)(current);
    };
    await expect(changeRow(table, { key: KEY, decide })).rejects.toMatchObject({
      code: "STATE_CONTENDED",
      remedy: "retry",
      message: "row p / s changed under every write",
    });
  });

  it("hands on every error that is no conflict", async () => {
    const broken = { ...losingAnswers(table), put: () => Promise.reject(new Error("no disk")) };
    await expect(changeRow(broken, { key: KEY, decide: adder(1) })).rejects.toThrow("no disk");
  });
});
