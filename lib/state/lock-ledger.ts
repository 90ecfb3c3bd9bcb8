import type { Clock } from "../base/clock.ts";
import type { RepositoryName } from "../oci/reference.ts";
import { changeRow } from "./change-row.ts";
import { type IsGone, neverGone } from "./is-gone.ts";
import { lockKey } from "./row-keys.ts";
import { ConflictError, type JsonValue, type Row, type StateTable } from "./state-table.ts";
import { StoredRecord } from "./stored-record.ts";

/** The row outlives the lock by this much, for clocks that differ. */
const KEEP_MS = 3_600_000;

/** Who takes a lock, and for how long at a time. */
export interface LockOptions {
  /** Unique to one piece of work: a claim's owner, say. */
  readonly owner: string;
  readonly leaseMs: number;
}

/** The right to change one thing of a repository. */
export interface Lock extends LockOptions {
  /** The row as this lock last wrote it. */
  readonly row: Row<JsonValue>;
}

/** Lets one worker at a time change what is read, changed and written back: a list under a tag. */
export interface LockLedger {
  /** Takes the lock; `undefined` while another worker has it. */
  take(name: RepositoryName, what: string, options: LockOptions): Promise<Lock | undefined>;
  /** Prolongs it; `undefined` when it is lost. */
  renew(lock: Lock): Promise<Lock | undefined>;
  release(lock: Lock): Promise<void>;
}

/** A lock ledger over the state table; of owners that are gone nobody waits for the lock's end. */
export function createLockLedger(
  table: StateTable,
  { clock, isGone = neverGone }: { readonly clock: Clock; readonly isGone?: IsGone },
): LockLedger {
  const write = (options: LockOptions, row: Pick<Row<JsonValue>, "partition" | "sort">) => {
    const { owner, leaseMs } = options;
    const leaseUntil = clock.now() + leaseMs;
    const value = { owner, leaseUntil };
    return {
      kind: "write",
      value,
      options: { expiresAt: leaseUntil + KEEP_MS },
      result: (version: number): Lock => ({ owner, leaseMs, row: { ...row, value, version } }),
    } as const;
  };
  return {
    take(name, what, options) {
      const key = lockKey(name, what);
      return changeRow<Lock | undefined>(table, {
        key,
        seen: "absent",
        decide: (stored) => {
          const held = stored && leaseOf(stored);
          const isFree = !held || held.leaseUntil <= clock.now() || isGone(held.owner);
          return isFree ? write(options, key) : { kind: "leave", result: undefined };
        },
      });
    },
    renew: (lock) =>
      changeRow<Lock | undefined>(table, {
        key: lock.row,
        seen: lock.row,
        decide: (stored) => {
          const isOurs = stored !== undefined && leaseOf(stored).owner === lock.owner;
          return isOurs ? write(lock, lock.row) : { kind: "leave", result: undefined };
        },
      }),
    async release({ row }) {
      try {
        await table.delete(row, row);
      } catch (error) {
        // Somebody took it over after its end: theirs stays.
        if (!(error instanceof ConflictError)) throw error;
      }
    },
  };
}

function leaseOf(stored: Row<JsonValue>): { readonly owner: string; readonly leaseUntil: number } {
  const record = new StoredRecord("a lock", stored.value);
  return { owner: record.text("owner"), leaseUntil: record.number("leaseUntil") };
}
