import { anySignal } from "../base/any-signal.ts";
import type { Clock } from "../base/clock.ts";
import type { Deadline } from "../base/deadline.ts";
import type { Random } from "../base/random.ts";
import type { HostGate } from "../http/host-gate.ts";
import { holdLease } from "../state/hold-lease.ts";
import type { Slot, SlotLedger } from "../state/slot-ledger.ts";
import type { HostShares } from "./host-shares.ts";

/** Slots wanted at one registry. */
export interface SlotOrder {
  readonly registry: string;
  readonly shares: HostShares;
  /** Bounded by what is taken. */
  readonly gate: HostGate;
}

/** Slots that are kept while their work lasts. */
export interface HeldSlots {
  /** Aborts when a slot may be somebody else's. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

/** What slots are taken and kept with. */
export interface HoldSlotsPorts {
  readonly slots: SlotLedger;
  readonly clock: Clock;
  readonly random: Random;
}

/** How long somebody may wait for slots that others hold. */
export interface SlotPatience {
  readonly deadline: Deadline;
  readonly signal: AbortSignal;
  readonly patienceMs: number;
}

interface Taken {
  readonly order: SlotOrder;
  readonly slots: readonly Slot[];
  /** Monotonic time before they were taken. */
  readonly sinceMs: number;
}

const LEASE_MS = 60_000;
/** Requests under way may end before somebody else may begin. */
const MARGIN_MS = 10_000;
/** Between two looks at slots that are all taken. */
const LOOK_AGAIN_MS = { min: 300, max: 1000 };
/** Of the time that is left, so much may be spent waiting. */
const WAITING_SHARE = 1 / 4;

/**
 * Takes slots at every registry, or none at all, and keeps them; the gates let through what the
 * slots stand for.
 *
 * @returns `undefined` when a registry's slots were all taken for as long as one may wait.
 */
export async function holdSlots(
  orders: readonly SlotOrder[],
  ports: HoldSlotsPorts,
  { deadline, signal, patienceMs }: SlotPatience,
): Promise<HeldSlots | undefined> {
  const { clock, random } = ports;
  const owner = random.hex(8);
  const waitMs = Math.min(patienceMs, deadline.remainingMs() * WAITING_SHARE);
  const untilMs = clock.monotonicMs() + waitMs;
  for (;;) {
    const taken = await takeAll(orders, owner, ports);
    if (taken !== undefined) return keep(taken, ports);
    const { min, max } = LOOK_AGAIN_MS;
    const pauseMs = min + random.next() * (max - min);
    if (signal.aborted || clock.monotonicMs() + pauseMs > untilMs) return undefined;
    await clock.sleep(pauseMs, signal).catch(() => undefined);
  }
}

async function takeAll(
  orders: readonly SlotOrder[],
  owner: string,
  { slots: ledger, clock }: HoldSlotsPorts,
): Promise<readonly Taken[] | undefined> {
  const all: Taken[] = [];
  for (const order of orders) {
    const { slots: count, most } = order.shares;
    const sinceMs = clock.monotonicMs();
    const wish = { owner, leaseMs: LEASE_MS, slots: count, most };
    const slots = await ledger.take(order.registry, wish);
    if (slots.length === 0) {
      await Promise.all(all.map((taken) => ledger.release(taken.slots)));
      return undefined;
    }
    all.push({ order, slots, sinceMs });
  }
  return all;
}

function keep(all: readonly Taken[], { slots: ledger, clock }: HoldSlotsPorts): HeldSlots {
  const leases = all.map(({ order, slots, sinceMs }) => {
    order.gate.bound(order.shares.shareOf(slots.map(({ index }) => index)));
    const times = { clock, sinceMs, leaseMs: LEASE_MS, marginMs: MARGIN_MS };
    return holdLease(slots, { ...times, renew: (current) => ledger.renew(current) });
  });
  return {
    signal: anySignal(leases.map((lease) => lease.signal)),
    async release() {
      await Promise.all(leases.map((lease) => lease.stop()));
      await Promise.all(leases.map((lease) => ledger.release(lease.current())));
    },
  };
}
