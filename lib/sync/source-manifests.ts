import { FerryError, withSide } from "../base/error.ts";
import { SingleFlight } from "../base/single-flight.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import type { ManifestReference } from "../oci/reference.ts";
import type { RepositoryReader } from "../registry/repository.ts";

/** Manifests of one source repository for the length of one task: each is fetched once. */
export interface SourceManifests {
  /** Adds manifests that exist here only: rewritten indexes. */
  add(manifests: ReadonlyMap<Digest, Manifest>): void;
  /** @throws {FerryError} of side `source`. */
  byDigest(digest: Digest): Promise<Manifest | undefined>;
  /** @throws {FerryError} of side `source`. */
  byReference(reference: ManifestReference): Promise<Manifest | undefined>;
}

/** No image has so many; a registry that goes on naming more means harm. */
export const MANIFESTS_MAX = 10_000;

/** Makes the manifest reader of one task. */
export function createSourceManifests(
  source: Pick<RepositoryReader, "fetchManifest">,
  signal: AbortSignal,
): SourceManifests {
  const kept = new Map<Digest, Manifest>();
  const flights = new SingleFlight<Manifest | undefined>();
  const read = async (reference: ManifestReference): Promise<Manifest | undefined> => {
    try {
      refuseMany(kept.size);
      const manifest = await source.fetchManifest(reference, { signal });
      if (manifest !== undefined) kept.set(manifest.descriptor.digest, manifest);
      return manifest;
    } catch (thrown) {
      signal.throwIfAborted();
      throw withSide(thrown, "source");
    }
  };
  return {
    add: (manifests) => {
      for (const [digest, manifest] of manifests) kept.set(digest, manifest);
    },
    byDigest: async (digest) =>
      kept.get(digest) ?? flights.run(digest, () => read({ kind: "digest", digest })),
    byReference: (reference) =>
      reference.kind === "tag"
        ? flights.run(`:${reference.tag}`, () => read(reference))
        : flights.run(reference.digest, () => read(reference)),
  };
}

/**
 * Refuses to go on reading what a tag names.
 *
 * @param count manifests read so far.
 * @throws {FerryError} `MANIFEST_TREE_TOO_LARGE` (giveUp).
 */
export function refuseMany(count: number): void {
  if (count < MANIFESTS_MAX) return;
  throw new FerryError(`more than ${MANIFESTS_MAX} manifests hang together`, {
    code: "MANIFEST_TREE_TOO_LARGE",
    remedy: "giveUp",
    hint: "Look at what the tag names: each image of an index and each referrer counts.",
  });
}
