import type { HostBounds } from "../http/host-gate.ts";
import type { HostState } from "../state/host-ledger.ts";

/** What a registry may be asked by all workers together, parted in slots. */
export interface HostShares {
  readonly slots: number;
  /** Slots that make one worker fast; more would be of no use to it. */
  readonly most: number;
  /** What whoever holds these slots may ask. */
  shareOf(held: readonly number[]): HostBounds;
}

/** More workers than this at one registry wait for each other. */
const SLOTS_MAX = 64;
/** Requests at once that one worker makes use of. */
const REQUESTS_OF_WORKER = 8;
/** Each slot taken is a write, and one more when it is given back. */
const SLOTS_OF_WORKER_MAX = 4;
/** Requests at once, of all workers, at a registry that throttled or is about to. */
const LEARNT: HostBounds = { concurrencyMax: 16 };
const LEARNT_FOR_MS = 600_000;

/**
 * Parts the limits of a registry: those that are configured, or else cautious ones for a while after
 * it throttled somebody.
 *
 * @returns `undefined` when there is nothing to be parted.
 */
export function sharesOf(
  configured: HostBounds,
  state: HostState | undefined,
  now: number,
): HostShares | undefined {
  const { concurrencyMax, requestsPerSecond } = boundsOf(configured, state, now);
  if (concurrencyMax === undefined && requestsPerSecond === undefined) return undefined;
  const steps = [concurrencyMax ?? SLOTS_MAX, Math.ceil(requestsPerSecond ?? SLOTS_MAX)];
  const slots = Math.max(1, Math.min(SLOTS_MAX, ...steps));
  const upTo = (slot: number): number => Math.floor((slot * (concurrencyMax ?? 0)) / slots);
  const perSlot = Math.max(1, (concurrencyMax ?? slots) / slots);
  return {
    slots,
    most: Math.min(SLOTS_OF_WORKER_MAX, Math.ceil(REQUESTS_OF_WORKER / perSlot)),
    shareOf: (held) => ({
      ...(concurrencyMax !== undefined && {
        concurrencyMax: held.reduce((sum, slot) => sum + upTo(slot + 1) - upTo(slot), 0),
      }),
      ...(requestsPerSecond !== undefined && {
        requestsPerSecond: (requestsPerSecond * held.length) / slots,
      }),
    }),
  };
}

function boundsOf(configured: HostBounds, state: HostState | undefined, now: number): HostBounds {
  const { concurrencyMax, requestsPerSecond } = configured;
  if (concurrencyMax !== undefined || requestsPerSecond !== undefined) return configured;
  return state !== undefined && state.learntAt + LEARNT_FOR_MS > now ? LEARNT : {};
}
