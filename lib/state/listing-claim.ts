import type { Clock } from "../base/clock.ts";
import { changeRow } from "./change-row.ts";
import { runKey } from "./row-keys.ts";
import { decodeRun, encodeRun, type ListingLease, type RunRecord } from "./run-record.ts";
import type { JsonValue, Row, StateTable, Version } from "./state-table.ts";
import { unknownRun } from "./unknown-run.ts";

/** What a listing came to, as the orchestrator writes it. */
export interface ListingRecord {
  /** Where it goes on. */
  readonly cursor: JsonValue;
  /** What it settled on the way. */
  readonly listed: JsonValue;
}

/** How a listing is given back. */
export interface ReleaseOptions {
  /** Nobody need go on earlier. */
  readonly delayMs: number;
  /** It got on under this claim. */
  readonly progressed: boolean;
}

/**
 * The right to list the tags of a run until the lease ends, longer with every write.
 *
 * (owner, epoch) is the fence: once somebody else has claimed the listing, every write answers
 * `false` and changes nothing.
 */
export interface ListingClaim {
  readonly epoch: number;
  /** Claims before this one since the listing last got on. */
  readonly fruitless: number;
  /** How many policies the run has. */
  readonly policies: number;
  /** What the claims before came to; left out: nothing. */
  readonly record?: ListingRecord;
  /** The one before did not give it back: what it did after its last save is not in `record`. */
  readonly takenOver: boolean;
  /** Prolongs the lease. */
  renew(): Promise<boolean>;
  /** Saves how far the listing got, and prolongs the lease. */
  save(record: ListingRecord): Promise<boolean>;
  /** Gives the listing back, for another to go on. */
  release(record: ListingRecord, options: ReleaseOptions): Promise<boolean>;
  /** Notes that every task of the run is planned; the cursor has done its work and goes. */
  complete(listed: JsonValue): Promise<boolean>;
}

/** What a claim is made of. */
export interface ClaimParts {
  readonly table: StateTable;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly runId: string;
}

/** The claim as it stands in the run's own row. */
export class TableListingClaim implements ListingClaim {
  readonly epoch: number;
  readonly fruitless: number;
  readonly policies: number;
  readonly takenOver: boolean;
  readonly record?: ListingRecord;
  readonly #parts: ClaimParts;
  readonly #owner: string | undefined;
  /** As last seen, which saves reading it again. */
  #seen: Row<JsonValue>;

  constructor(
    parts: ClaimParts,
    claimed: { readonly run: RunRecord; readonly version: Version; readonly takenOver: boolean },
  ) {
    const { run, version, takenOver } = claimed;
    const { epoch, fruitless, owner } = run.listing;
    this.epoch = epoch;
    this.fruitless = fruitless - 1;
    this.policies = run.policies;
    this.takenOver = takenOver;
    if (run.cursor !== undefined && run.listed !== undefined) {
      this.record = { cursor: run.cursor, listed: run.listed };
    }
    this.#parts = parts;
    this.#owner = owner;
    this.#seen = { ...runKey(parts.runId), value: encodeRun(run), version };
  }

  renew(): Promise<boolean> {
    return this.#change((run) => ({ ...run, listing: this.#held(run.listing.fruitless) }));
  }

  save(record: ListingRecord): Promise<boolean> {
    return this.#change((run) => ({ ...run, ...record, listing: this.#held(0) }));
  }

  release(record: ListingRecord, { delayMs, progressed }: ReleaseOptions): Promise<boolean> {
    return this.#change((run) => ({
      ...run,
      ...record,
      listing: this.#free(progressed ? 0 : run.listing.fruitless, delayMs),
    }));
  }

  complete(listed: JsonValue): Promise<boolean> {
    const listing = this.#free(0, 0);
    return this.#change((run) => ({
      ...run,
      listed,
      listing,
      enumerated: true,
      cursor: undefined,
    }));
  }

  #held(fruitless: number): ListingLease {
    const { clock, leaseMs } = this.#parts;
    const now = clock.now();
    const owner = this.#owner;
    return { epoch: this.epoch, fruitless, owner, until: now + leaseMs, freeAt: now };
  }

  #free(fruitless: number, delayMs: number): ListingLease {
    const freeAt = this.#parts.clock.now() + delayMs;
    return { epoch: this.epoch, fruitless, owner: this.#owner, freeAt };
  }

  /** Writes what `next` makes of the run, if nobody has come since the claim. */
  #change(next: (run: RunRecord) => RunRecord): Promise<boolean> {
    const { table, runId } = this.#parts;
    return changeRow<boolean>(table, {
      key: runKey(runId),
      seen: this.#seen,
      decide: (stored) => {
        if (stored === undefined) throw unknownRun(runId);
        const run = decodeRun(stored.value);
        const { owner, epoch, until } = run.listing;
        const isOurs = owner === this.#owner && epoch === this.epoch && until !== undefined;
        if (!isOurs) return { kind: "leave", result: false };
        const value = encodeRun(next(run));
        return {
          kind: "write",
          value,
          result: (version) => {
            this.#seen = { ...runKey(runId), value, version };
            return true;
          },
        };
      },
    });
  }
}
