import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { changeRow } from "./change-row.ts";
import { type ListingClaim, TableListingClaim } from "./listing-claim.ts";
import { runKey } from "./row-keys.ts";
import { decodeRun, encodeRun, type ListingLease } from "./run-record.ts";
import type { StateTable } from "./state-table.ts";
import { unknownRun } from "./unknown-run.ts";

/** Who claims a listing, and for how long at a time. */
export interface ListingClaimOptions {
  /** Names the orchestrator for people; two claims of one are told apart without it. */
  readonly owner: string;
  readonly leaseMs: number;
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
          const isWanted = run.state === "running" && run.cancelledAt === undefined;
          const isOpen = isWanted && !run.enumerated;
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
