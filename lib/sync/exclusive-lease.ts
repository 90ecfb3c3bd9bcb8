import type { Clock } from "../base/clock.ts";
import { type HeldLease, holdLease } from "../state/hold-lease.ts";
import type { WorkScope } from "./graph-context.ts";

/** How the right to a short change is taken and kept. */
export interface ExclusiveLeasing<L> {
  /** Takes it for so long; `undefined` while another worker has it. */
  readonly take: (leaseMs: number) => Promise<L | undefined>;
  readonly renew: (lease: L) => Promise<L | undefined>;
}

/** Where and how long one may wait. */
export interface ExclusivePorts {
  readonly clock: Clock;
  readonly scope: Pick<WorkScope, "deadline" | "signal">;
}

/** What putting a manifest may take: with less of a lease left it is not begun. */
export const PUT_MS = 10_000;
/**
 * What is on its way arrives within this time, or never: the lease counts as over so long before
 * its end.
 */
export const ON_ITS_WAY_MS = 5000;
/** Whoever has such a right gives it back soon. */
export const EXCLUSIVE_BUSY_MS = 3000;

const LEASE_MS = 30_000;
const POLL_MS = 500;
/** A lease that nobody renews has ended by then. */
const POLL_MS_MAX = LEASE_MS + ON_ITS_WAY_MS;

/**
 * Takes the right to a change that only one worker may make at a time, as soon as it is free. Its
 * signal aborts before the lease could end, so that nothing is sent by somebody who lost it.
 *
 * @returns `undefined` when another worker kept it while there was time.
 */
export async function takeExclusive<L>(
  { take, renew }: ExclusiveLeasing<L>,
  { clock, scope }: ExclusivePorts,
): Promise<HeldLease<L> | undefined> {
  const untilMs = clock.monotonicMs() + POLL_MS_MAX;
  for (;;) {
    const sinceMs = clock.monotonicMs();
    const lease = await take(LEASE_MS);
    if (lease !== undefined) {
      const marginMs = ON_ITS_WAY_MS;
      return holdLease(lease, { clock, leaseMs: LEASE_MS, sinceMs, renew, marginMs });
    }
    if (scope.deadline.remainingMs() <= POLL_MS || sinceMs >= untilMs) return undefined;
    await clock.sleep(POLL_MS, scope.signal);
  }
}
