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
    transfer: { bytesCopied: 0, bytesMounted: 0, bytesSkipped: 0 },
  };
}
