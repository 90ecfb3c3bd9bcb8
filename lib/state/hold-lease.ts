import type { Clock } from "../base/clock.ts";
import { FerryError } from "../base/error.ts";

/** A lease that is kept while its work lasts. */
export interface HeldLease<L> {
  /** Aborts when the lease is lost, or can no longer be trusted to last. */
  readonly signal: AbortSignal;
  /** The lease as it was written last. */
  current(): L;
  /** Takes the lease as another write of its holder left it. */
  update(lease: L): void;
  /** Milliseconds it surely lasts from now on, the margin left out. */
  leftMs(): number;
  /** Stops renewing, after a renewal under way. */
  stop(): Promise<void>;
}

/** How a lease is kept. */
export interface HoldOptions<L> {
  readonly clock: Clock;
  readonly leaseMs: number;
  /** Monotonic time before the lease was asked for. */
  readonly sinceMs: number;
  /** Prolongs it; `undefined` when it is lost. */
  readonly renew: (lease: L) => Promise<L | undefined>;
  /** Abort this long before it would run out; left out: only when it is known to be lost. */
  readonly marginMs?: number;
}

/**
 * Renews a lease three times in its length. A renewal that fails is tried again: whoever writes
 * under the lease is told by the fence.
 */
export function holdLease<L>(lease: L, options: HoldOptions<L>): HeldLease<L> {
  return new RenewedLease(lease, options);
}

class RenewedLease<L> implements HeldLease<L> {
  readonly #options: HoldOptions<L>;
  readonly #lost = new AbortController();
  #current: L;
  #endMs: number;
  #stopped = false;
  #renewing: Promise<void> = Promise.resolve();
  #cancelRenewal = (): void => undefined;
  #cancelEnd = (): void => undefined;

  constructor(lease: L, options: HoldOptions<L>) {
    this.#options = options;
    this.#current = lease;
    this.#endMs = options.sinceMs + options.leaseMs;
    this.#renewLater();
    this.#watchEnd();
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  current(): L {
    return this.#current;
  }

  update(lease: L): void {
    this.#current = lease;
  }

  leftMs(): number {
    const { clock, marginMs = 0 } = this.#options;
    return this.#endMs - marginMs - clock.monotonicMs();
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRenewal();
    this.#cancelEnd();
    return this.#renewing;
  }

  #renewLater(): void {
    if (this.#stopped || this.signal.aborted) return;
    const { clock, leaseMs } = this.#options;
    this.#cancelRenewal = clock.schedule(leaseMs / 3, () => {
      this.#renewing = this.#renew();
    });
  }

  async #renew(): Promise<void> {
    const { clock, leaseMs, renew } = this.#options;
    const sinceMs = clock.monotonicMs();
    try {
      const renewed = await renew(this.#current);
      if (renewed === undefined) return this.#lose();
      this.#current = renewed;
      this.#endMs = sinceMs + leaseMs;
      if (!this.#stopped) this.#watchEnd();
    } catch {
      // The next renewal may get through; nothing is believed of the lease beyond its end.
    }
    this.#renewLater();
  }

  #watchEnd(): void {
    const { clock, marginMs } = this.#options;
    if (marginMs === undefined) return;
    this.#cancelEnd();
    this.#cancelEnd = clock.schedule(this.leftMs(), () => this.#lose());
  }

  #lose(): void {
    this.#cancelRenewal();
    this.#cancelEnd();
    this.#lost.abort(leaseLost());
  }
}

/** The error for work whose lease somebody else may have by now. */
export function leaseLost(): FerryError {
  return new FerryError("another worker may have taken this work over", {
    code: "LEASE_LOST",
    remedy: "retry",
  });
}
