import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ConflictError, type StateTable } from "../../lib/state/state-table.ts";
import { seededRandom } from "../support/seeded-random.ts";

/**
 * What goes wrong with one request to a cloud's table.
 *
 * - `busy`: nothing is done, and the service says so.
 * - `loseAnswer`, `cutAnswer`: it is done, and no answer, or a part of it, comes.
 * - `stall`: nothing is done, and no answer comes.
 * - `leaveOut`: some rows of a batch are not looked at.
 */
export type TableFault =
  | { readonly kind: "busy" | "loseAnswer" | "cutAnswer" | "stall" }
  | { readonly kind: "leaveOut"; readonly isLeft: () => boolean };

/** A service whose requests can go wrong. */
export interface FaultBed {
  /** Names of requests, in the order they came since the last `breakDown`. */
  readonly requests: readonly string[];
  /** Decides about the requests to come. */
  breakDown(faultOf: (operation: string) => TableFault | undefined): void;
  /** Opens a table that is there, always the same one. */
  open(options: { readonly requestMs: number; readonly patienceMs: number }): Promise<StateTable>;
  stop(): Promise<void>;
}

/** How the service calls what one row needs. */
export interface OperationNames {
  readonly put: string;
  readonly get: string;
}

const TIMEOUT_MS = 90_000;
/** Short enough to wait for, long enough for a busy machine to answer in. */
const WAITS = { requestMs: 1_500, patienceMs: 30_000 };
const LOSSES = ["loseAnswer", "cutAnswer"] as const;

/** Checks that a driver for a cloud's table stands what a network and a busy service do to it. */
export function describeCloudFaults(
  name: string,
  names: OperationNames,
  start: () => Promise<FaultBed>,
): void {
  let bed: FaultBed;
  let table: StateTable;
  let rows = 0;
  let key = { partition: "p", sort: "" };

  /** The next request goes wrong, those after it do not. */
  const breakOnce = (fault: TableFault) => {
    let left: TableFault | undefined = fault;
    bed.breakDown(() => {
      const now = left;
      left = undefined;
      return now;
    });
  };

  beforeAll(async () => {
    bed = await start();
  });
  afterAll(() => bed.stop());
  beforeEach(async () => {
    bed.breakDown(() => undefined);
    key = { partition: "p", sort: `row-${rows++}` };
    table = await bed.open(WAITS);
  });
  afterEach(() => table.close());

  describe(`${name} whose answers get lost`, { timeout: TIMEOUT_MS }, () => {
    it.each(LOSSES)("knows its own write of a new row again: %s", async (kind) => {
      breakOnce({ kind });
      const version = await table.put(key, "mine", "absent");
      expect(bed.requests).toEqual([names.put, names.put, names.get]);
      expect(await table.get(key)).toEqual({ ...key, value: "mine", version });
    });

    it.each(LOSSES)("knows its own overwriting again: %s", async (kind) => {
      const old = await table.put(key, "old", "absent");
      breakOnce({ kind });
      const version = await table.put(key, "mine", { version: old });
      expect(await table.get(key)).toEqual({ ...key, value: "mine", version });
    });

    it("takes a row that it deleted itself for deleted", async () => {
      const version = await table.put(key, "mine", "absent");
      breakOnce({ kind: "loseAnswer" });
      await table.delete(key, { version });
      expect(await table.get(key)).toBeUndefined();
    });

    it("takes nobody else's row for its own", async () => {
      const other = await table.put(key, "theirs", "absent");
      breakOnce({ kind: "loseAnswer" });
      const refused = await table.put(key, "mine", "absent").catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(ConflictError);
      expect(refused).toMatchObject({ current: { value: "theirs", version: other } });
    });

    it.each([...LOSSES, "stall"] as const)("reads again: %s", async (kind) => {
      await table.put(key, 1, "absent");
      breakOnce({ kind });
      expect((await table.get(key))?.value).toBe(1);
      expect(bed.requests).toEqual([names.get, names.get]);
    });

    it("lets one of many writers win, and tells the winner so", async () => {
      const random = seededRandom(7);
      bed.breakDown((operation) =>
        operation === names.put && random.next() < 0.3 ? { kind: "loseAnswer" } : undefined,
      );
      const writers = Array.from({ length: 30 }, (_, writer) => table.put(key, writer, "absent"));
      const outcomes = await Promise.allSettled(writers);
      const winners = [...outcomes.keys()].filter((at) => outcomes[at]?.status === "fulfilled");
      expect(winners.length).toBe(1);
      expect((await table.get(key))?.value).toBe(winners[0]);
    });
  });

  describe(`${name} that is overloaded`, { timeout: TIMEOUT_MS }, () => {
    it("waits and tries again", async () => {
      let refusals = 4;
      bed.breakDown(() => (refusals-- > 0 ? { kind: "busy" } : undefined));
      await table.put(key, 1, "absent");
      expect(bed.requests).toEqual(Array.from({ length: 5 }, () => names.put));
    });

    it("writes and reads every row of batches that are processed in part", async () => {
      const random = seededRandom(3);
      const isLeft = () => random.next() < 0.4;
      bed.breakDown((operation) =>
        operation.startsWith("Batch") ? { kind: "leaveOut", isLeft } : undefined,
      );
      const partition = key.sort;
      const keys = Array.from({ length: 320 }, (_, row) => ({ partition, sort: `${row}` }));
      await table.putMany(keys.map((one) => ({ ...one, value: one.sort })));
      const found = await table.getMany([...keys, { partition, sort: "missing" }]);
      expect(new Map(found.map((row) => [row.sort, row.value]))).toEqual(
        new Map(keys.map(({ sort }) => [sort, sort])),
      );
    });

    it("gives up in the end, as something to try again later", async () => {
      const impatient = await bed.open({ ...WAITS, patienceMs: 300 });
      const later = { code: "STATE_BUSY", remedy: "retry" };
      bed.breakDown(() => ({ kind: "busy" }));
      await expect(impatient.get(key)).rejects.toMatchObject(later);
      bed.breakDown(() => ({ kind: "leaveOut", isLeft: () => true }));
      await expect(impatient.getMany([key])).rejects.toMatchObject(later);
      await expect(impatient.putMany([{ ...key, value: 1 }])).rejects.toMatchObject(later);
      await impatient.close();
    });
  });
}
