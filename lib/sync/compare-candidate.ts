import { type FerryError, withSide } from "../base/error.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { wantsEveryPlatform } from "../oci/platform.ts";
import type { ManifestReference } from "../oci/reference.ts";
import type { RepositoryReader } from "../registry/repository.ts";
import type { Candidate } from "./expand-policy.ts";
import type { TargetKnowledge } from "./known-targets.ts";
import type { CopyOptions } from "./policy.ts";
import type { TaskTarget } from "./task.ts";

/** What is to be done for one target. */
export type TargetVerdict =
  | {
      readonly action: "copy";
      readonly target: TaskTarget;
      /** The tag is as wanted, with this digest: only what refers to it may be lacking. */
      readonly referrersOf?: Digest;
    }
  | { readonly action: "unchanged"; readonly target: TaskTarget; readonly targetDigest: Digest };

/** A candidate held against its targets. */
export interface Comparison {
  readonly candidate: Candidate;
  /** Left out where nobody had to ask, and where the source has none. */
  readonly sourceDigest?: Digest;
  /** The source was asked and has no such reference. */
  readonly missingSource: boolean;
  /** The source could not be asked; the copy will ask again and tell. */
  readonly sourceError?: FerryError;
  readonly verdicts: readonly TargetVerdict[];
}

/** What comparing works with. */
export interface CompareContext {
  readonly source: RepositoryReader;
  readonly options: CopyOptions;
  readonly signal: AbortSignal;
  /** Ask the source even when every target lacks the reference: a plan wants to know. */
  readonly askSource: boolean;
}

/**
 * Finds out with as few requests as possible which targets lack what the source has: none for a
 * reference that no target has, one HEAD where a watermark tells the rest, two otherwise.
 */
export async function compareCandidate(
  candidate: Candidate,
  targets: readonly TargetKnowledge[],
  context: CompareContext,
): Promise<Comparison> {
  const { reference } = candidate.source;
  const absent = targets.every(
    ({ listing, location }) => listing.has(location.reference) === false,
  );
  if (absent && !context.askSource) return allToCopy(candidate, targets);
  const [found, states] = await Promise.all([
    askSource(reference, context),
    Promise.all(targets.map((target) => targetDigest(target, context))),
  ]);
  if (found.error !== undefined) {
    return { ...allToCopy(candidate, targets), sourceError: found.error };
  }
  const sourceDigest = found.descriptor?.digest;
  if (sourceDigest === undefined) {
    return { ...allToCopy(candidate, targets), missingSource: true };
  }
  const verdicts = targets.map((target, index) =>
    judge(target, { sourceDigest, digest: states[index], options: context.options }),
  );
  return { candidate, sourceDigest, missingSource: false, verdicts };
}

interface SourceAnswer {
  readonly descriptor?: Descriptor;
  readonly error?: FerryError;
}

/** A digest names its own content: whether the source has it shows when it is read. */
async function askSource(
  reference: ManifestReference,
  { source, signal }: CompareContext,
): Promise<SourceAnswer> {
  try {
    const descriptor = await source.resolve(reference, { signal });
    return descriptor === undefined ? {} : { descriptor };
  } catch (thrown) {
    signal.throwIfAborted();
    return { error: withSide(thrown, "source") };
  }
}

/** `null`: nothing there; `undefined`: could not be told, the copy asks again before it writes. */
async function targetDigest(
  { listing, location, repository, watermark, otherOptions }: TargetKnowledge,
  { signal }: CompareContext,
): Promise<Digest | null | undefined> {
  const listed = listing.has(location.reference);
  if (listed === false) return null;
  if (otherOptions) return undefined;
  if (listed && watermark !== undefined) return watermark.targetDigest;
  try {
    return (await repository.resolve(location.reference, { signal }))?.digest ?? null;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

function judge(
  { location, listing, watermark }: TargetKnowledge,
  seen: {
    readonly sourceDigest: Digest;
    readonly digest: Digest | null | undefined;
    readonly options: CopyOptions;
  },
): TargetVerdict {
  const { sourceDigest, digest, options } = seen;
  const target: TaskTarget = {
    ...location,
    repositoryExists: listing.repositoryExists,
    recorded: watermark !== undefined,
    ...(digest !== undefined && { digest }),
  };
  if (digest === undefined || digest === null || options.force) return { action: "copy", target };
  const sameMark = watermark?.sourceDigest === sourceDigest && watermark.targetDigest === digest;
  const sameContent = digest === sourceDigest && keepsDigest(options);
  if (!sameMark && !sameContent) return { action: "copy", target };
  // Signatures may have come to an image that has not changed itself.
  if (options.referrers) return { action: "copy", target, referrersOf: digest };
  return { action: "unchanged", target, targetDigest: digest };
}

/** Without a rewriting filter the target's digest is the source's. */
function keepsDigest(options: CopyOptions): boolean {
  return wantsEveryPlatform(options.platforms) || options.platformMode === "sparse";
}

function allToCopy(candidate: Candidate, targets: readonly TargetKnowledge[]): Comparison {
  const verdicts = targets.map(({ location, listing, watermark }): TargetVerdict => {
    const absent = listing.has(location.reference) === false;
    const target: TaskTarget = {
      ...location,
      repositoryExists: listing.repositoryExists,
      recorded: watermark !== undefined,
      ...(absent && { digest: null }),
    };
    return { action: "copy", target };
  });
  return { candidate, missingSource: false, verdicts };
}
