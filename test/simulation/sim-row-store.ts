import { FerryError } from "../../lib/base/error.ts";
import type {
  PageRange,
  ReadResult,
  RowPage,
  RowStore,
  StoreCondition,
  StoredRow,
} from "../../lib/state/row-store.ts";
import type { RowKey } from "../../lib/state/state-table.ts";
import type { EffectKind } from "./faults.ts";
import type { SimProcess } from "./sim-process.ts";

/** Is told of every row that changes; `undefined` stands for a row that is not there. */
export type RowObserver = (before: StoredRow | undefined, after: StoredRow | undefined) => void;

/** The rows of a cloud's table, shared by all processes of a simulation. */
export class SimRows {
  readonly #partitions = new Map<string, Map<string, StoredRow>>();
  readonly #observe: RowObserver;

  constructor(observe: RowObserver) {
    this.#observe = observe;
  }

  get({ partition, sort }: RowKey): StoredRow | undefined {
    return this.#partitions.get(partition)?.get(sort);
  }

  set(row: StoredRow): void {
    const rows = this.#partitions.get(row.partition) ?? new Map<string, StoredRow>();
    this.#partitions.set(row.partition, rows);
    const before = rows.get(row.sort);
    rows.set(row.sort, row);
    this.#observe(before, row);
  }

  delete({ partition, sort }: RowKey): void {
    const before = this.get({ partition, sort });
    if (before === undefined) return;
    this.#partitions.get(partition)?.delete(sort);
    this.#observe(before, undefined);
  }

  isEmpty(partition: string): boolean {
    return (this.#partitions.get(partition)?.size ?? 0) === 0;
  }

  /** The rows of a partition in order; the names in simulations are plain ASCII. */
  page(partition: string, { prefix, after, rowsMax }: PageRange): RowPage {
    const all = [...(this.#partitions.get(partition)?.values() ?? [])]
      .filter(({ sort }) => sort.startsWith(prefix) && sort > after)
      .sort((a, b) => (a.sort < b.sort ? -1 : 1));
    const rows = all.slice(0, rowsMax);
    return { rows, next: rows.length < all.length ? rows.at(-1)?.sort : undefined };
  }
}

const LIMITS = {
  readRows: 3,
  writeRows: 3,
  writeBytes: 2 ** 20,
  rowBytes: 400_000,
  partitionBytes: 1024,
  sortBytes: 1024,
};

/** The table as one process reaches it: throttled now and then, and answers get lost. */
export function simRowStore(rows: SimRows, process: SimProcess): RowStore {
  const effect = <T>(kind: EffectKind, label: string, apply: () => T, signal: AbortSignal) =>
    process
      .effect({ kind, label, apply, signal, refuse: () => fail("STATE_BUSY"), loseAnswer: lost })
      .catch((error: unknown) => {
        throw signal.aborted ? unreachable() : error;
      });
  return {
    limits: LIMITS,
    read: (key, signal) => effect("read", nameOf(key), () => rows.get(key), signal),
    readBatch: (keys, signal) =>
      effect<ReadResult>(
        "read",
        `${keys.length} rows`,
        () => ({ rows: keys.flatMap((key) => rows.get(key) ?? []), left: [] }),
        signal,
      ),
    write: (row, condition, signal) =>
      effect("write", nameOf(row), () => write(rows, row, condition), signal),
    writeBatch: (batch, signal) =>
      effect<readonly StoredRow[]>(
        "write",
        `${batch.length} rows`,
        () => {
          // A batch that is taken in part only, from time to time.
          const taken = batch.length > 2 ? batch.slice(0, -1) : batch;
          for (const row of taken) rows.set(row);
          return batch.slice(taken.length);
        },
        signal,
      ),
    remove: (key, condition, signal) =>
      effect(
        "write",
        `remove ${nameOf(key)}`,
        () => {
          if (!holds(rows.get(key), condition)) return false;
          rows.delete(key);
          return true;
        },
        signal,
      ),
    readPage: async (partition, range, signal) => {
      // Runs have 16 partitions of tasks, and here most of them are empty.
      if (rows.isEmpty(partition)) return { rows: [], next: undefined };
      return effect("read", `page of ${partition}`, () => rows.page(partition, range), signal);
    },
    close: () => undefined,
  };
}

function write(rows: SimRows, row: StoredRow, condition: StoreCondition): boolean {
  if (!holds(rows.get(row), condition)) return false;
  rows.set(row);
  return true;
}

function holds(row: StoredRow | undefined, condition: StoreCondition): boolean {
  if (condition === "any") return true;
  if (condition === "absent") return row === undefined;
  const { version, liveAt } = condition;
  return row?.version === version && (liveAt === undefined || (row.expiresAt ?? Infinity) > liveAt);
}

function nameOf({ partition, sort }: RowKey): string {
  return `${partition} / ${sort}`;
}

function lost(): never {
  return fail("STATE_UNREACHABLE");
}

function fail(code: string): never {
  throw tableError(code);
}

function unreachable(): FerryError {
  return tableError("STATE_UNREACHABLE");
}

function tableError(code: string): FerryError {
  return new FerryError("the table did not answer", { code, remedy: "retry" });
}
