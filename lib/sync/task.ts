import type { Digest } from "../oci/digest.ts";
import type { ManifestReference, RepositoryName } from "../oci/reference.ts";
import type { CopyOptions } from "./policy.ts";

/** One manifest of one repository, named whole. */
export interface ImageLocation {
  readonly repository: RepositoryName;
  readonly reference: ManifestReference;
}

/** One target of a task, with what the orchestrator learnt about it; the hints only save requests. */
export interface TaskTarget extends ImageLocation {
  readonly repositoryExists: boolean;
  /** An earlier version was copied by us: the blob records tell what the repository holds. */
  readonly recorded: boolean;
  /** What the target's reference points to; `null`: nothing; left out: not known. */
  readonly digest?: Digest | null;
}

/** One source tag with all of its targets: the unit of fan-out. */
export interface TagTask {
  /** Stable hash of source, targets and options: the same work has the same id in every run. */
  readonly id: string;
  readonly policy: string;
  readonly source: ImageLocation;
  /** What the source's reference pointed to when it was compared. */
  readonly sourceDigest?: Digest;
  /** Named in the rule, not found by listing: a source that lacks it is an error. */
  readonly named: boolean;
  readonly targets: readonly TaskTarget[];
  readonly options: CopyOptions;
}

/** How bytes came to the target, in one task or summed over many. */
export interface TransferTotals {
  readonly bytesCopied: number;
  readonly bytesMounted: number;
  /** Already there. */
  readonly bytesSkipped: number;
}

/** An error as it is stored and reported. */
export interface FailureRecord {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly retriable: boolean;
}

/** What became of one target of a task. */
export type TargetOutcome =
  | {
      readonly kind: "copied";
      readonly sourceDigest: Digest;
      readonly targetDigest: Digest;
      /** A platform filter made a new index: the digest is not the source's. */
      readonly rewritten: boolean;
    }
  | { readonly kind: "unchanged"; readonly sourceDigest: Digest; readonly targetDigest: Digest }
  /** Nothing to copy by the policy's own words: no wanted platform, or gone at the source. */
  | { readonly kind: "skipped"; readonly reason: string }
  | { readonly kind: "suspended" }
  | { readonly kind: "failed"; readonly failure: FailureRecord };
