import { beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "../../lib/oci/digest.ts";
import { type BlobLedger, createBlobLedger } from "../../lib/state/blob-ledger.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { countingTable } from "./counting-table.ts";
import { ManualClock } from "./manual-clock.ts";

const A = digestOf(Buffer.from("a"));
const B = digestOf(Buffer.from("b"));
const C = digestOf(Buffer.from("c"));
const HOST = "registry.example.com";
const DAY_MS = 86_400_000;

let clock: ManualClock;
let table: StateTable;
let calls: string[];
let ledger: BlobLedger;

/** A ledger of another process: it shares the table, not the cache. */
function elsewhere(): BlobLedger {
  return createBlobLedger(table, clock);
}

/** Another process records, and comes to its end. */
async function recordElsewhere(...record: Parameters<BlobLedger["record"]>): Promise<void> {
  const other = elsewhere();
  await other.record(...record);
  await other.flush();
}

beforeEach(() => {
  clock = new ManualClock();
  ({ table, calls } = countingTable(createMemoryTable({ clock })));
  ledger = createBlobLedger(table, clock);
});

describe("BlobLedger.known", () => {
  it("knows what was recorded, for that repository of that registry alone", async () => {
    await recordElsewhere(HOST, "team/app", [A, B]);
    expect(await ledger.known(HOST, "team/app", [A, B, C, A])).toEqual(new Set([A, B]));
    expect(await ledger.known(HOST, "team/other", [A])).toEqual(new Set());
    expect(await ledger.known("other.example.com", "team/app", [A])).toEqual(new Set());
  });

  it("asks once for all blobs, and not again for what it was told", async () => {
    await recordElsewhere(HOST, "app", [A]);
    calls.length = 0;
    await ledger.known(HOST, "app", [A, B]);
    await ledger.known(HOST, "app", [B, A]);
    await ledger.known(HOST, "app", [A, C]);
    await ledger.known(HOST, "app", []);
    expect(calls).toEqual(["getMany", "getMany"]);
  });

  it("needs no question for what this process recorded or forgot", async () => {
    await ledger.record(HOST, "app", [A, B]);
    await ledger.forget(HOST, "app", [B]);
    calls.length = 0;
    expect(await ledger.known(HOST, "app", [A, B])).toEqual(new Set([A]));
    expect(calls).toEqual([]);
  });

  it("sees after a while what other processes found out", async () => {
    await ledger.record(HOST, "app", [A]);
    await ledger.known(HOST, "app", [B]);
    await elsewhere().forget(HOST, "app", [A]);
    await recordElsewhere(HOST, "app", [B]);
    expect(await ledger.known(HOST, "app", [A, B])).toEqual(new Set([A]));
    clock.advance(5 * 60_000);
    expect(await ledger.known(HOST, "app", [A, B])).toEqual(new Set([B]));
  });

  it("does not let an answer on its way undo what was found out meanwhile", async () => {
    await recordElsewhere(HOST, "app", [A]);
    const asking = ledger.known(HOST, "app", [A]);
    await ledger.forget(HOST, "app", [A]);
    expect(await asking).toEqual(new Set());
    expect(await ledger.known(HOST, "app", [A])).toEqual(new Set());
  });

  it("forgets records after thirty days, or the time that is set", async () => {
    await recordElsewhere(HOST, "app", [A]);
    const shortly = createBlobLedger(table, clock, { keepMs: DAY_MS });
    await shortly.record(HOST, "app", [B]);
    await shortly.flush();
    clock.advance(DAY_MS);
    expect(await elsewhere().known(HOST, "app", [A, B])).toEqual(new Set([A]));
    clock.advance(29 * DAY_MS);
    expect(await elsewhere().known(HOST, "app", [A, B])).toEqual(new Set());
  });
});

describe("BlobLedger.mountCandidates", () => {
  it("names the newest eight other repositories, asking once", async () => {
    for (let number = 0; number < 12; number++) {
      await recordElsewhere(HOST, `app-${number}`, [A]);
      clock.advance(1);
    }
    calls.length = 0;
    const newest = ["app-11", "app-10", "app-9", "app-8", "app-7", "app-6", "app-5", "app-4"];
    expect(await ledger.mountCandidates(HOST, A, "app-0")).toEqual(newest);
    const others = [...newest.filter((name) => name !== "app-9"), "app-3"];
    expect(await ledger.mountCandidates(HOST, A, "app-9")).toEqual(others);
    expect(calls).toEqual(["query"]);
    expect(await ledger.mountCandidates(HOST, B, "app-9")).toEqual([]);
  });

  it("keeps up with what this process records and forgets", async () => {
    await recordElsewhere(HOST, "old", [A]);
    expect(await ledger.mountCandidates(HOST, A, "me")).toEqual(["old"]);
    await ledger.record(HOST, "new", [A]);
    expect(await ledger.mountCandidates(HOST, A, "me")).toEqual(["new", "old"]);
    await ledger.forget(HOST, "old", [A]);
    expect(await ledger.mountCandidates(HOST, A, "me")).toEqual(["new"]);
  });

  it("reads a bounded part of a blob that thousands of repositories hold", async () => {
    const writes = Array.from({ length: 1000 }, (_, number) => ({
      partition: `blob#${HOST}#${A}`,
      sort: `app-${String(number).padStart(4, "0")}`,
      value: { at: number },
    }));
    await table.putMany(writes);
    const candidates = await ledger.mountCandidates(HOST, A, "me");
    expect(candidates[0]).toBe("app-0099");
    expect(candidates.length).toBe(8);
  });

  it("takes a record of another shape for an old one", async () => {
    const partition = `blob#${HOST}#${A}`;
    await table.putMany([
      { partition, sort: "odd", value: "?" },
      { partition, sort: "odder", value: { at: "?" } },
      { partition, sort: "plain", value: { at: 1 } },
    ]);
    expect(await ledger.mountCandidates(HOST, A, "me")).toEqual(["plain", "odd", "odder"]);
  });
});

describe("BlobLedger.flush", () => {
  it("writes what was recorded in one batch, and nothing twice", async () => {
    await ledger.record(HOST, "app", [A]);
    await ledger.record(HOST, "app", [B]);
    expect(calls).toEqual([]);
    await ledger.flush();
    await ledger.flush();
    expect(calls).toEqual(["putMany"]);
    expect(await elsewhere().known(HOST, "app", [A, B])).toEqual(new Set([A, B]));
  });

  it("does not wait for ever: a full batch is written by itself", async () => {
    for (let number = 0; number < 50; number++) await ledger.record(HOST, `app-${number}`, [A]);
    expect(calls).toEqual(["putMany"]);
  });
});

it("records and forgets nothing without a call", async () => {
  await ledger.record(HOST, "app", []);
  await ledger.forget(HOST, "app", []);
  expect(calls).toEqual([]);
});
