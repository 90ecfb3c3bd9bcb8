import type { Clock } from "../base/clock.ts";
import { FerryError } from "../base/error.ts";
import type { Random } from "../base/random.ts";
import { changeRow } from "./change-row.ts";
import { runKey } from "./row-keys.ts";
import { decodeRun, encodeRun, type ListingLease, type RunRecord } from "./run-record.ts";
import type { JsonValue, Row, StateTable, Version } from "./state-table.ts";

/** Who claims a listing, and for how long at a time. */
export interface ListingClaimOptions {
  /** Names the orchestrator for people; two claims of one are told apart without it. */
  readonly owner: string;
  readonly leaseMs: number;
}

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

/** Who may list the tags of a run: one at a time. */
export interface ListingLedger {
  /**
   * Takes the listing; `undefined` when it is done, the run has ended, or another holds it.
   *
   * @throws {FerryError} `RUN_UNKNOWN`.
   */
  claim(runId: string, options: ListingClaimOptions): Promise<ListingClaim | undefined>;
}

/** What a listing ledger works with. */
export interface ListingLedgerOptions {
  readonly clock: Clock;
  readonly random: Random;
}

/** A listing ledger over the runs' own rows. */
export function createListingLedger(
  table: StateTable,
  { clock, random }: ListingLedgerOptions,
): ListingLedger {
  return {
    claim: (runId, { owner, leaseMs }) =>
      changeRow<ListingClaim | undefined>(table, {
        key: runKey(runId),
        decide: (stored) => {
          if (stored === undefined) throw unknownRun(runId);
          const run = decodeRun(stored.value);
          const now = clock.now();
          const { epoch, fruitless, until } = run.listing;
          const isOpen = run.state === "running" && !run.enumerated;
          if (!isOpen || (until !== undefined && until > now)) {
            return { kind: "leave", result: undefined };
          }
          const listing: ListingLease = {
            epoch: epoch + 1,
            fruitless: fruitless + 1,
            // Unique to this call: no two claims may take each other's write for their own.
            owner: `${owner}/${random.hex(8)}`,
            until: now + leaseMs,
            freeAt: now,
          };
          const claimed = { ...run, listing };
          return {
            kind: "write",
            value: encodeRun(claimed),
            result: (version) =>
              new TableListingClaim(
                { table, clock, leaseMs, runId },
                { run: claimed, version, takenOver: until !== undefined },
              ),
          };
        },
      }),
  };
}

interface ClaimParts {
  readonly table: StateTable;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly runId: string;
}

class TableListingClaim implements ListingClaim {
  readonly epoch: number;
  readonly fruitless: number;
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

function unknownRun(runId: string): FerryError {
  return new FerryError(`there is no run "${runId}"`, {
    code: "RUN_UNKNOWN",
    remedy: "fixInput",
    hint: "List the runs to see which there are.",
  });
}
