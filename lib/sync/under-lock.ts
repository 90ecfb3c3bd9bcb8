import { anySignal } from "../base/any-signal.ts";
import type { Clock } from "../base/clock.ts";
import { FerryError } from "../base/error.ts";
import { formatRepository, type RepositoryName } from "../oci/reference.ts";
import type { Lock, LockLedger } from "../state/lock-ledger.ts";
import { EXCLUSIVE_BUSY_MS, takeExclusive } from "./exclusive-lease.ts";
import type { WorkScope } from "./graph-context.ts";

/** What is to be changed by one worker at a time. */
export interface LockWish {
  readonly name: RepositoryName;
  readonly what: string;
  readonly scope: WorkScope;
}

/**
 * Runs a change that no other worker makes at the same time.
 *
 * @param change gets a signal that aborts before the lock could end.
 * @throws {FerryError} `LOCK_BUSY` (retryAfter) when another worker keeps it; what `change` throws.
 */
export async function underLock<T>(
  wish: LockWish,
  ports: { readonly locks: LockLedger; readonly clock: Clock },
  change: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { locks, clock } = ports;
  const { name, what, scope } = wish;
  const held = await takeExclusive<Lock>(
    {
      take: (leaseMs) => locks.take(name, what, { owner: scope.owner, leaseMs }),
      renew: (lock) => locks.renew(lock),
    },
    { clock, scope },
  );
  if (held === undefined) throw busy(name, what);
  try {
    return await change(anySignal([scope.signal, held.signal]));
  } finally {
    await held.stop();
    // A lock that cannot be given back ends by itself.
    await locks.release(held.current()).catch(() => undefined);
  }
}

function busy(name: RepositoryName, what: string): FerryError {
  return new FerryError(`another worker is changing ${formatRepository(name)}:${what}`, {
    code: "LOCK_BUSY",
    remedy: "retryAfter",
    retryAfterMs: EXCLUSIVE_BUSY_MS,
  });
}
