import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import { wantsEveryPlatform } from "../oci/platform.ts";
import type { ManifestReference } from "../oci/reference.ts";
import type { RepositoryReader } from "../registry/repository.ts";
import { filterPlatforms } from "./filter-platforms.ts";
import type { CopyOptions } from "./policy.ts";
import { createSourceManifests } from "./source-manifests.ts";

/** What a sync would put under the targets of a source's reference. */
export interface WantedImage {
  readonly sourceDigest: Digest;
  /** Of the manifest at the target: another one where a platform filter makes it new. */
  readonly digest: Digest;
  /** Children that are wanted, of every index; left out: all. */
  readonly only?: ReadonlySet<Digest>;
  /** Gives a manifest by digest, made here or from the source. */
  readonly fetch: (digest: Digest) => Promise<Manifest | undefined>;
}

/** Where the reference is, and how it is copied. */
export interface WantedContext {
  readonly source: RepositoryReader;
  readonly options: CopyOptions;
  readonly signal: AbortSignal;
}

/**
 * Finds out what a sync would put under a reference's targets: one HEAD, or what the platform
 * filter has to read of the source.
 *
 * @returns `missing` when the source has none, `unwanted` when no platform of it is wanted.
 * @throws {FerryError} of side `source`.
 */
export async function findWanted(
  reference: ManifestReference,
  { source, options, signal }: WantedContext,
): Promise<WantedImage | "missing" | "unwanted"> {
  const manifests = createSourceManifests(source, signal);
  const fetch = manifests.byDigest;
  if (wantsEveryPlatform(options.platforms)) {
    const found = await source.resolve(reference, { signal });
    if (found === undefined) return "missing";
    return { sourceDigest: found.digest, digest: found.digest, fetch };
  }
  const found = await manifests.byReference(reference);
  if (found === undefined) return "missing";
  const selection = await filterPlatforms(found, options, { source, fetch, signal });
  if (selection === undefined) return "unwanted";
  const { root, rewrittenChildren, only } = selection;
  const { digest } = root.descriptor;
  manifests.add(new Map([...rewrittenChildren, [digest, root]]));
  return { sourceDigest: found.descriptor.digest, digest, fetch, ...(only && { only }) };
}
