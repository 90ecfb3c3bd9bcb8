import { describe, expect, it } from "vitest";
import { FerryError } from "../../lib/base/error.ts";
import { createCloudTable } from "../../lib/state/cloud-table.ts";
import type { RowStore, StoredRow, StoreLimits } from "../../lib/state/row-store.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const KEY = { partition: "p", sort: "s" };
const PLACE = { service: "DynamoDB", table: "state", where: "eu-test-1" } as const;
const LIMITS: StoreLimits = {
  readRows: 3,
  writeRows: 4,
  writeBytes: 1_000,
  rowBytes: 700,
  partitionBytes: 20,
  sortBytes: 10,
};

/** A store that does nothing but what a test replaces. */
function scriptedStore(parts: Partial<RowStore>): RowStore {
  const unasked = () => {
    throw new Error("nobody should ask this");
  };
  return {
    limits: LIMITS,
    read: unasked,
    readBatch: unasked,
    write: unasked,
    writeBatch: unasked,
    remove: unasked,
    readPage: unasked,
    close: () => {},
    ...parts,
  };
}

function tableOver(parts: Partial<RowStore>) {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  return { clock, table: createCloudTable(scriptedStore(parts), { place: PLACE, clock, random }) };
}

function failure(code: string, remedy: "retry" | "giveUp" = "retry"): FerryError {
  return new FerryError(code, { code, remedy });
}

describe("a table in a cloud", () => {
  it("cuts batches by number and by size", async () => {
    const written: number[] = [];
    const read: number[] = [];
    const { table } = tableOver({
      writeBatch: async (rows) => {
        written.push(rows.length);
        return [];
      },
      readBatch: async (keys) => {
        read.push(keys.length);
        return { rows: [], left: [] };
      },
    });
    const small = Array.from({ length: 9 }, (_, row) => ({ ...KEY, sort: `${row}`, value: 1 }));
    await table.putMany(small);
    expect(written).toEqual([4, 4, 1]);
    written.length = 0;
    await table.putMany(small.map((row) => ({ ...row, value: "x".repeat(300) })));
    expect(written).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1]);
    await table.getMany(small);
    expect(read).toEqual([3, 3, 3]);
  });

  it.each([
    ["row", { ...KEY }, "x".repeat(600)],
    ["partition key", { ...KEY, partition: "é".repeat(11) }, 1],
    ["sort key", { ...KEY, sort: "é".repeat(6) }, 1],
  ])("refuses a %s that does not fit, before it is sent", async (what, key, value) => {
    const { table } = tableOver({});
    const refusal = {
      code: "STATE_ROW_TOO_LARGE",
      remedy: "giveUp",
      message: expect.stringContaining(`the ${what} has`),
    };
    await expect(table.put(key, value, "any")).rejects.toMatchObject(refusal);
    await expect(table.putMany([{ ...key, value }])).rejects.toMatchObject(refusal);
  });

  it("asks again for half a minute, ever more seldom", async () => {
    const times: number[] = [];
    const { table, clock } = tableOver({
      read: async () => {
        times.push(clock.monotonicMs());
        throw failure("STATE_BUSY");
      },
    });
    const read = clock.run(table.get(KEY).catch((error: unknown) => error));
    expect(await read).toMatchObject({ code: "STATE_BUSY" });
    expect(times.at(-1)).toBeGreaterThan(20_000);
    expect(times.at(-1)).toBeLessThanOrEqual(30_000);
    expect(times.length).toBeLessThan(60);
  });

  it("asks once for what will not be answered otherwise", async () => {
    let asked = 0;
    const { table } = tableOver({
      read: async () => {
        asked++;
        throw failure("STATE_DENIED", "giveUp");
      },
    });
    await expect(table.get(KEY)).rejects.toMatchObject({ code: "STATE_DENIED" });
    expect(asked).toBe(1);
  });

  it("goes on with a batch for as long as anything of it is done", async () => {
    let requests = 0;
    const { table, clock } = tableOver({
      writeBatch: async (rows) => (++requests % 15 === 0 ? rows.slice(1) : rows),
    });
    const rows = Array.from({ length: 4 }, (_, row) => ({ ...KEY, sort: `${row}`, value: 1 }));
    await clock.run(table.putMany(rows));
    expect(requests).toBe(60);
    expect(clock.monotonicMs()).toBeGreaterThan(30_000);
  });

  it("gives a request its time, and no more", async () => {
    const signals: AbortSignal[] = [];
    const { table, clock } = tableOver({
      read: (_, signal) => {
        signals.push(signal);
        return new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(failure("STATE_UNREACHABLE")));
        });
      },
    });
    const read = clock.run(table.get(KEY).catch((error: unknown) => error));
    expect(await read).toMatchObject({ code: "STATE_UNREACHABLE" });
    expect(signals.length).toBeGreaterThan(3);
    expect(clock.pending).toBe(0);
  });

  it("makes a row anew when the one in its way is gone by the time it looks", async () => {
    const conditions: unknown[] = [];
    const { table } = tableOver({
      write: async (_, condition) => conditions.push(condition) === 2,
      read: async () => undefined,
    });
    await table.put(KEY, 1, "absent");
    expect(conditions).toEqual(["absent", "absent"]);
  });

  it("takes over an expired row by its version, and loses to whoever was faster", async () => {
    const { clock, table } = tableOver({
      write: async () => false,
      read: async (): Promise<StoredRow> => ({ ...KEY, text: "1", version: 7, expiresAt: 0 }),
    });
    await expect(clock.run(table.put(KEY, 1, "absent"))).rejects.toMatchObject({
      name: "ConflictError",
      current: undefined,
    });
  });
});
