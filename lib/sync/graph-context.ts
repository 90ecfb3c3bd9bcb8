import type { Clock } from "../base/clock.ts";
import type { Deadline } from "../base/deadline.ts";
import { FerryError } from "../base/error.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import {
  formatManifestReference,
  formatRepository,
  type ManifestReference,
} from "../oci/reference.ts";
import type { RepositoryReader } from "../registry/repository.ts";
import type { BlobLedger } from "../state/blob-ledger.ts";
import type { BlobPlacer } from "./blob-placer.ts";
import type { ReferrersTags } from "./referrers-tag.ts";

/** How one piece of work is bounded, and what it tells of itself. */
export interface WorkScope {
  /** Names it in leases; unique to it. */
  readonly owner: string;
  /** Nothing new is begun once this is over. */
  readonly deadline: Deadline;
  readonly signal: AbortSignal;
  /** Told whenever something has arrived that no later attempt has to bring again. */
  readonly onProgress: () => void;
}

/** What copying a graph of manifests works with. */
export interface GraphContext extends WorkScope {
  readonly taskId: string;
  readonly source: RepositoryReader;
  /** Gives a manifest by digest, from a rewritten index or from the source. */
  readonly fetch: (digest: Digest) => Promise<Manifest | undefined>;
  /** Children that are wanted, of every index; left out: all. */
  readonly only?: ReadonlySet<Digest>;
  readonly foreignLayers: "skip" | "copy";
  readonly placer: BlobPlacer;
  readonly blobs: BlobLedger;
  readonly referrersTags: ReferrersTags;
  readonly clock: Clock;
}

/** The error for a manifest the source does not have. */
export function missingManifest(
  reference: Digest | ManifestReference,
  context: Pick<GraphContext, "source">,
): FerryError {
  const suffix =
    typeof reference === "string" ? `@${reference}` : formatManifestReference(reference);
  return new FerryError(`${formatRepository(context.source.name)}${suffix} is not at the source`, {
    code: "SOURCE_MANIFEST_UNKNOWN",
    remedy: "giveUp",
    side: "source",
    hint: "Check the name and tag; an index that lists a missing image has to be pushed again.",
  });
}
