import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { changeRow, type Decision } from "./change-row.ts";
import { hostPartition, SLOT_PREFIX, slotKey } from "./row-keys.ts";
import {
  ConflictError,
  type JsonValue,
  type Row,
  type RowKey,
  type StateTable,
} from "./state-table.ts";
import { StoredRecord } from "./stored-record.ts";

/** The row outlives the slot by this much, for clocks that differ. */
const KEEP_MS = 3_600_000;
/** Part of what is free that one worker takes: those who come later find some, too. */
const FREE_SHARE = 1 / 4;

/** Who takes slots of a registry, and how many. */
export interface SlotWish {
  /** Unique to one invocation. */
  readonly owner: string;
  readonly leaseMs: number;
  /** Slots the registry has. */
  readonly slots: number;
  /** Slots taken at most. */
  readonly most: number;
}

/** The right to a share of what a registry may be asked. */
export interface Slot {
  readonly index: number;
  readonly owner: string;
  readonly leaseMs: number;
  /** The row as this slot last wrote it. */
  readonly row: Row<JsonValue>;
}

/** Parts a registry's limits among workers: each slot is one share, held under a lease. */
export interface SlotLedger {
  /** Takes a fair part of what is free, and one slot at least; none when all are taken. */
  take(registry: string, wish: SlotWish): Promise<readonly Slot[]>;
  /** Prolongs them; `undefined` when one is lost. */
  renew(slots: readonly Slot[]): Promise<readonly Slot[] | undefined>;
  release(slots: readonly Slot[]): Promise<void>;
}

/** What slots are kept with. */
export interface SlotLedgerOptions {
  readonly clock: Clock;
  readonly random: Random;
}

/** A slot ledger over the state table: one read, and one write for each slot taken or given back. */
export function createSlotLedger(
  table: StateTable,
  { clock, random }: SlotLedgerOptions,
): SlotLedger {
  const write = (slot: Omit<Slot, "row">, key: RowKey): Decision<Slot> =>
    holding(slot, key, clock.now() + slot.leaseMs);
  const isFree = (row: Row<JsonValue> | undefined): boolean =>
    row === undefined || holderOf(row).leaseUntil <= clock.now();

  return {
    async take(registry, { owner, leaseMs, slots, most }) {
      const rows = new Map<string, Row<JsonValue>>();
      const range = { prefix: SLOT_PREFIX };
      for await (const row of table.query(hostPartition(registry), range)) rows.set(row.sort, row);
      const all = Array.from({ length: slots }, (_, index) => index);
      const free = all.filter((index) => isFree(rows.get(slotKey(registry, index).sort)));
      const wanted = Math.max(1, Math.min(most, Math.floor(free.length * FREE_SHARE)));
      const taken: Slot[] = [];
      // Workers that come together would otherwise all try for the first one.
      for (const index of rotated(free, random)) {
        if (taken.length >= wanted) break;
        const key = slotKey(registry, index);
        const slot = await changeRow<Slot | undefined>(table, {
          key,
          seen: rows.get(key.sort) ?? "absent",
          decide: (stored) =>
            isFree(stored)
              ? write({ index, owner, leaseMs }, key)
              : { kind: "leave", result: undefined },
        });
        if (slot !== undefined) taken.push(slot);
      }
      return taken;
    },
    async renew(slots) {
      const renewed = await Promise.all(
        slots.map((slot) =>
          changeRow<Slot | undefined>(table, {
            key: slot.row,
            seen: slot.row,
            decide: (stored) =>
              stored !== undefined && holderOf(stored).owner === slot.owner
                ? write(slot, slot.row)
                : { kind: "leave", result: undefined },
          }),
        ),
      );
      const held = renewed.filter((slot) => slot !== undefined);
      return held.length === slots.length ? held : undefined;
    },
    async release(slots) {
      await Promise.all(slots.map(({ row }) => table.delete(row, row).catch(unlessTaken)));
    },
  };
}

function holding(slot: Omit<Slot, "row">, key: RowKey, leaseUntil: number): Decision<Slot> {
  const value = { owner: slot.owner, leaseUntil };
  return {
    kind: "write",
    value,
    options: { expiresAt: leaseUntil + KEEP_MS },
    result: (version) => ({ ...slot, row: { ...key, value, version } }),
  };
}

function rotated<T>(list: readonly T[], random: Random): readonly T[] {
  const start = Math.floor(random.next() * list.length);
  return [...list.slice(start), ...list.slice(0, start)];
}

/** Somebody took the slot over after its end: it is theirs. */
function unlessTaken(error: unknown): void {
  if (!(error instanceof ConflictError)) throw error;
}

function holderOf(row: Row<JsonValue>): { readonly owner: string; readonly leaseUntil: number } {
  const record = new StoredRecord("a slot", row.value);
  return { owner: record.text("owner"), leaseUntil: record.number("leaseUntil") };
}
