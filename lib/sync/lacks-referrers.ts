import type { Digest } from "../oci/digest.ts";
import { wantsEveryPlatform } from "../oci/platform.ts";
import type { RepositoryReader } from "../registry/repository.ts";
import type { ContentChecker } from "./check-content.ts";
import { checkReferrers } from "./check-referrers.ts";
import type { CopyOptions } from "./policy.ts";
import { subjectsOf } from "./subjects.ts";
import { findWanted } from "./wanted-image.ts";

/** An image that is at the target as it is wanted there. */
export interface EqualImage {
  readonly sourceDigest: Digest;
  /** Another one than the source's where a platform filter made it new. */
  readonly targetDigest: Digest;
}

/** Where the image is, and how it is copied. */
export interface LacksReferrersContext {
  readonly source: RepositoryReader;
  readonly target: RepositoryReader;
  readonly options: CopyOptions;
  readonly signal: AbortSignal;
}

/** What a target lists it is taken to have, as a copy takes it. */
const BELIEVING: ContentChecker = {
  check: async () => ({ faults: [], manifests: [], sound: [], broken: [] }),
};

/**
 * Tells whether a target lacks something that refers to an image it has: what a copy would find
 * out first. The image is read at the target, which costs the source no pull; where some of its
 * platforms are wanted the source is read, too.
 *
 * @throws {FerryError} when that cannot be told.
 */
export async function lacksReferrers(
  { sourceDigest, targetDigest }: EqualImage,
  { source, target, options, signal }: LacksReferrersContext,
): Promise<boolean> {
  const read = (digest: Digest) => target.fetchManifest({ kind: "digest", digest }, { signal });
  const root = await read(targetDigest);
  if (root === undefined) return true;
  const only = await wantedChildren(sourceDigest, { source, options, signal });
  const subjects = await subjectsOf(root, { fetch: read, ...(only && { only }) });
  const { foreignLayers } = options;
  const place = { source, target, checker: BELIEVING, wish: { foreignLayers }, signal };
  const { drift } = await checkReferrers(subjects, place);
  return drift.length > 0;
}

async function wantedChildren(
  digest: Digest,
  context: Omit<LacksReferrersContext, "target">,
): Promise<ReadonlySet<Digest> | undefined> {
  if (wantsEveryPlatform(context.options.platforms)) return undefined;
  const wanted = await findWanted({ kind: "digest", digest }, context);
  return typeof wanted === "string" ? undefined : wanted.only;
}
