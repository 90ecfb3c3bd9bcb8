import type { Clock } from "../base/clock.ts";
import type { Deadline } from "../base/deadline.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { RepositoryName } from "../oci/reference.ts";
import { type HeldLease, holdLease } from "../state/hold-lease.ts";
import type { UploadLease, UploadLedger } from "../state/upload-ledger.ts";
import type { BlobOutcome } from "../transfer/transfer-blob.ts";
import type { ProgressKeeper } from "../transfer/upload-progress.ts";

/** How turns at uploads are taken where this runs. */
export interface UploadTurnRules {
  /** Blobs of so many bytes are sent by whoever wants to: nobody would go on with them. */
  readonly freeBytesMax: number;
  /** Blobs of so many bytes are sent sooner than looked for in other repositories. */
  readonly unsoughtBytesMax: number;
  readonly leaseMs: number;
  /** What a killed process may lose of an upload; left out where an invocation's end is known. */
  readonly killLossMsMax?: number;
}

/**
 * Between invocations: leases are long enough for a slow table, and short enough to take over soon.
 * What costs round trips and no bandwidth is not worth two writes and a query of the table.
 */
export const TURNS_OF_MANY: UploadTurnRules = {
  freeBytesMax: 64 * 1024,
  unsoughtBytesMax: 64 * 1024,
  leaseMs: 20_000,
};
/** On one machine: whoever starts again after a kill does not wait long, and has lost little. */
export const TURNS_OF_ONE: UploadTurnRules = {
  freeBytesMax: 5 * 1024 ** 2,
  unsoughtBytesMax: -1,
  leaseMs: 4000,
  killLossMsMax: 5000,
};
/** A worker that ends sooner needs no longer lease. */
const LEASE_MS_MIN = 4000;

/** What taking turns at uploads works with. */
export interface UploadTurnPorts {
  readonly uploads: UploadLedger;
  readonly clock: Clock;
}

/** A blob that is wanted in a repository, and by which piece of work. */
export interface UploadWish {
  readonly name: RepositoryName;
  readonly blob: Descriptor;
  readonly owner: string;
  readonly deadline: Deadline;
  readonly leaseMs: number;
  /** Upload although somebody did already. */
  readonly again: boolean;
}

/** This worker's turn at an upload, renewed until it ends. */
export interface OwnTurn {
  readonly kind: "ours";
  readonly keeper: ProgressKeeper;
  /** Aborts when the upload is lost to somebody else. */
  readonly signal: AbortSignal;
  /** Gives the turn back; without an outcome, others go on with what was kept. */
  end(outcome: BlobOutcome | undefined): Promise<void>;
}

/** What asking for a turn gave. */
export type UploadTurn =
  | OwnTurn
  /** Another worker has it, for so long at most unless it renews. */
  | { readonly kind: "busy"; readonly waitMs: number }
  | { readonly kind: "done" };

/** Asks for the turn at an upload: over all workers, one at a time sends a blob to a repository. */
export async function takeUploadTurn(
  wish: UploadWish,
  ports: UploadTurnPorts,
): Promise<UploadTurn> {
  const { uploads, clock } = ports;
  const { name, blob, owner, again } = wish;
  const leaseMs = Math.max(LEASE_MS_MIN, Math.min(wish.leaseMs, wish.deadline.remainingMs()));
  const sinceMs = clock.monotonicMs();
  const answer = await uploads.acquire(name, blob.digest, { owner, leaseMs, again });
  if (answer.kind === "done") return answer;
  if (answer.kind === "busy") {
    return { kind: "busy", waitMs: Math.max(0, answer.leaseUntil - clock.now()) };
  }
  const renew = (lease: UploadLease) => uploads.renew(lease);
  const held = holdLease(answer.lease, { clock, leaseMs, sinceMs, renew });
  return {
    kind: "ours",
    keeper: keeperOf(held, uploads),
    signal: held.signal,
    async end(outcome) {
      await held.stop();
      if (outcome !== undefined && isThere(outcome)) await uploads.finish(held.current());
      else await uploads.release(held.current());
    },
  };
}

function keeperOf(held: HeldLease<UploadLease>, uploads: UploadLedger): ProgressKeeper {
  const { progress, begunBefore } = held.current();
  return {
    progress,
    begunBefore,
    async save(reached) {
      const saved = await uploads.save(held.current(), reached);
      if (saved !== undefined) held.update(saved);
      return saved !== undefined;
    },
  };
}

/** Tells whether the target has the blob now. */
export function isThere({ kind }: BlobOutcome): boolean {
  return kind === "present" || kind === "mounted" || kind === "copied";
}
