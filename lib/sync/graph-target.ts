import type { FerryError } from "../base/error.ts";
import type { RepositoryWriter } from "../registry/repository.ts";
import type { PlacementTarget } from "./blob-placer.ts";

/** Bytes by how they came to a target; added to while a graph is copied. */
export interface TransferTally {
  bytesCopied: number;
  bytesMounted: number;
  bytesSkipped: number;
}

/** One target of a graph being copied: what is believed of it, and how it fares. */
export interface GraphTarget extends PlacementTarget {
  /** Set once; the target is left out of everything that follows. */
  failure: FerryError | undefined;
  /**
   * Set when the rest is for another invocation, not before so long; 0: at once, there was no time
   * left. The target is left out then, too.
   */
  resumeInMs: number | undefined;
  readonly transfer: TransferTally;
}

/** Starts a target with nothing moved yet. */
export function createGraphTarget(
  repository: RepositoryWriter,
  belief: Pick<PlacementTarget, "trust" | "probe">,
): GraphTarget {
  return {
    repository,
    ...belief,
    failure: undefined,
    resumeInMs: undefined,
    transfer: { bytesCopied: 0, bytesMounted: 0, bytesSkipped: 0 },
  };
}

/** Tells whether there is more to do for a target here and now. */
export function isOpen({ failure, resumeInMs }: GraphTarget): boolean {
  return failure === undefined && resumeInMs === undefined;
}

/** Leaves the rest of a target to another invocation, not before so long. */
export function postpone(target: GraphTarget, resumeInMs: number): void {
  target.resumeInMs = Math.max(target.resumeInMs ?? 0, resumeInMs);
}
