import type { Clock } from "../base/clock.ts";
import { changeRow } from "./change-row.ts";
import { hostKey } from "./row-keys.ts";
import type { JsonValue, StateTable } from "./state-table.ts";
import { StoredRecord } from "./stored-record.ts";

/** The row outlives what it says by this much, for clocks that differ. */
const KEEP_MS = 3_600_000;
/** A registry that asks for more asks for too much, or is not to be trusted. */
const BACKOFF_MAX_MS = 86_400_000;
/** A back-off this little later than the known one is not worth a write. */
const SAME_MS = 500;

/** What the workers of all runs know of a registry; times are milliseconds since the epoch. */
export interface HostState {
  readonly registry: string;
  /** Nobody asks before. */
  readonly backoffUntil: number;
  /** When it last throttled somebody or said that few requests are left; 0: never. */
  readonly learntAt: number;
  /** Requests in one of its windows, and how many were left, as it told then. */
  readonly limit?: number | undefined;
  readonly remaining?: number | undefined;
}

/** Requests left of a registry's own limit. */
export interface HostQuota {
  readonly limit: number;
  readonly remaining: number;
}

/** Shares among all workers what one of them heard from a registry. */
export interface HostLedger {
  /** What is known of each, those that nothing is known of left out. */
  read(registries: readonly string[]): Promise<readonly HostState[]>;
  /** Notes that a registry asked for a pause from now on; a longer one that is noted stays. */
  backOff(registry: string, pauseMs: number): Promise<void>;
  /** Notes that few requests are left. */
  noteQuota(registry: string, quota: HostQuota): Promise<void>;
}

/** A host ledger over the state table: one row for each registry. */
export function createHostLedger(
  table: StateTable,
  { clock }: { readonly clock: Clock },
): HostLedger {
  const change = (
    registry: string,
    next: (state: HostState) => HostState | undefined,
  ): Promise<void> =>
    changeRow<void>(table, {
      key: hostKey(registry),
      decide: (stored) => {
        const state = stored ? decodeHost(registry, stored.value) : untold(registry);
        const changed = next(state);
        if (changed === undefined) return { kind: "leave", result: undefined };
        const { registry: _, ...value } = changed;
        const expiresAt = Math.max(changed.backoffUntil, changed.learntAt) + KEEP_MS;
        return { kind: "write", value, options: { expiresAt }, result: () => undefined };
      },
    });
  return {
    async read(registries) {
      const byPartition = new Map(
        registries.map((registry) => [hostKey(registry).partition, registry]),
      );
      const rows = await table.getMany(registries.map(hostKey));
      return rows.flatMap(({ partition, value }) => {
        const registry = byPartition.get(partition);
        return registry === undefined ? [] : [decodeHost(registry, value)];
      });
    },
    backOff: (registry, pauseMs) => {
      const learntAt = clock.now();
      const backoffUntil = Math.ceil(learntAt + Math.min(pauseMs, BACKOFF_MAX_MS));
      return change(registry, (state) =>
        state.backoffUntil + SAME_MS >= backoffUntil
          ? undefined
          : { ...state, backoffUntil, learntAt },
      );
    },
    noteQuota: (registry, { limit, remaining }) =>
      change(registry, (state) => ({ ...state, limit, remaining, learntAt: clock.now() })),
  };
}

function untold(registry: string): HostState {
  return { registry, backoffUntil: 0, learntAt: 0 };
}

function decodeHost(registry: string, value: JsonValue): HostState {
  const record = new StoredRecord("a registry host", value);
  return {
    registry,
    backoffUntil: record.number("backoffUntil"),
    learntAt: record.number("learntAt"),
    limit: record.optionalNumber("limit"),
    remaining: record.optionalNumber("remaining"),
  };
}
