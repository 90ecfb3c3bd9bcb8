import { anySignal } from "../base/any-signal.ts";
import type { Clock } from "../base/clock.ts";
import { type HeldLease, holdLease, leaseLost } from "../state/hold-lease.ts";
import type { ListingClaim, ListingRecord } from "../state/listing-claim.ts";

/** A listing that is kept while its work lasts. */
export interface HeldListing {
  /** Aborts when somebody else may have the listing: nothing more may be done under it. */
  readonly lost: AbortSignal;
  /**
   * Makes sure that the listing is held for a while yet, even after a pause of the process.
   *
   * @throws the signal's reason when it is not.
   */
  ensure(): void;
  /** Saves what is to be saved by now, unless that was done a moment ago or is under way. */
  saveIfDue(prepare: () => Promise<ListingRecord>): Promise<void>;
  /** Ends the hold with a last write; `false` when the listing was lost. */
  end(write: (claim: ListingClaim) => Promise<boolean>): Promise<boolean>;
  /** Stops renewing, after what is under way. */
  stop(): Promise<void>;
}

/** How long a claimed listing is held at a time. */
export const LISTING_LEASE_MS = 90_000;
/** A page is planned in far less. */
const SURE_MARGIN_MS = 20_000;
/** Saving must not cost more than what is done again when it is left out. */
const SAVE_EVERY_MS = 500;

/**
 * Keeps a claimed listing until it is ended or stopped.
 *
 * @param sinceMs monotonic time before it was claimed.
 */
export function holdListing(claim: ListingClaim, clock: Clock, sinceMs: number): HeldListing {
  return new RenewedListing(claim, clock, sinceMs);
}

class RenewedListing implements HeldListing {
  readonly lost: AbortSignal;
  readonly #lease: HeldLease<ListingClaim>;
  readonly #clock: Clock;
  readonly #fenced = new AbortController();
  #savedMs: number;
  #saving: Promise<void> | undefined;

  constructor(claim: ListingClaim, clock: Clock, sinceMs: number) {
    this.#clock = clock;
    this.#savedMs = sinceMs;
    this.#lease = holdLease(claim, {
      ...{ clock, sinceMs, leaseMs: LISTING_LEASE_MS, marginMs: SURE_MARGIN_MS },
      renew: async () => ((await claim.renew()) ? claim : undefined),
    });
    this.lost = anySignal([this.#lease.signal, this.#fenced.signal]);
  }

  ensure(): void {
    if (this.#lease.leftMs() < SURE_MARGIN_MS) this.#fenced.abort(leaseLost());
    this.lost.throwIfAborted();
  }

  async saveIfDue(prepare: () => Promise<ListingRecord>): Promise<void> {
    const sinceMs = this.#clock.monotonicMs() - this.#savedMs;
    if (this.#saving !== undefined || sinceMs < SAVE_EVERY_MS) return;
    this.#saving = this.#save(prepare);
    try {
      await this.#saving;
    } finally {
      this.#saving = undefined;
      this.#savedMs = this.#clock.monotonicMs();
    }
  }

  async end(write: (claim: ListingClaim) => Promise<boolean>): Promise<boolean> {
    await this.stop();
    return !this.lost.aborted && write(this.#lease.current());
  }

  async stop(): Promise<void> {
    await this.#lease.stop();
    await this.#saving?.catch(() => undefined);
  }

  async #save(prepare: () => Promise<ListingRecord>): Promise<void> {
    const record = await prepare();
    if (!(await this.#lease.current().save(record))) this.#fenced.abort(leaseLost());
  }
}
