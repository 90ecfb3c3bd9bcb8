import { anySignal } from "../base/any-signal.ts";
import type { Clock } from "../base/clock.ts";
import type { Deadline } from "../base/deadline.ts";
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

const LEASE_MS_MAX = 90_000;
/** Who listed may be slower to die than it was said to be. */
const LEASE_SLACK_MS = 5000;
/** A page is planned in far less. */
const SURE_MARGIN_MS_MAX = 20_000;
/** Of a short lease. */
const SURE_MARGIN_SHARE = 1 / 4;
/** Saving must not cost more than what is done again when it is left out. */
const SAVE_EVERY_MS = 500;

/**
 * How long a claimed listing is held at a time: not much longer than the invocation lives, so that
 * others go on soon where one died.
 */
export function listingLeaseMs(deadline: Deadline): number {
  return Math.min(LEASE_MS_MAX, deadline.remainingMs() + LEASE_SLACK_MS);
}

/** How a listing is kept. */
export interface HoldListingOptions {
  readonly clock: Clock;
  /** Monotonic time before it was claimed. */
  readonly sinceMs: number;
  /** What it was claimed for. */
  readonly leaseMs: number;
}

/** Keeps a claimed listing until it is ended or stopped. */
export function holdListing(claim: ListingClaim, options: HoldListingOptions): HeldListing {
  return new RenewedListing(claim, options);
}

class RenewedListing implements HeldListing {
  readonly lost: AbortSignal;
  readonly #lease: HeldLease<ListingClaim>;
  readonly #clock: Clock;
  readonly #marginMs: number;
  readonly #fenced = new AbortController();
  #savedMs: number;
  #saving: Promise<void> | undefined;

  constructor(claim: ListingClaim, { clock, sinceMs, leaseMs }: HoldListingOptions) {
    this.#clock = clock;
    this.#marginMs = Math.min(SURE_MARGIN_MS_MAX, leaseMs * SURE_MARGIN_SHARE);
    this.#savedMs = sinceMs;
    this.#lease = holdLease(claim, {
      ...{ clock, sinceMs, leaseMs, marginMs: this.#marginMs },
      renew: async () => ((await claim.renew()) ? claim : undefined),
    });
    this.lost = anySignal([this.#lease.signal, this.#fenced.signal]);
  }

  ensure(): void {
    if (this.#lease.leftMs() < this.#marginMs) this.#fenced.abort(leaseLost());
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
