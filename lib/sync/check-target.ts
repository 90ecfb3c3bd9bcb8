import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import type { RepositoryReader } from "../registry/repository.ts";
import type { BlobLedger } from "../state/blob-ledger.ts";
import type { ContentChecker, ContentState, ContentWish } from "./check-content.ts";
import { checkReferrers, type ReferrersState } from "./check-referrers.ts";
import type { CheckDepth, Drift } from "./check-report.ts";
import type { TargetKnowledge } from "./known-targets.ts";
import type { CopyOptions } from "./policy.ts";
import type { TaskTarget } from "./task.ts";
import type { WantedImage } from "./wanted-image.ts";

/** What looking at one target works with. */
export interface CheckTargetContext {
  readonly source: RepositoryReader;
  readonly checker: ContentChecker;
  readonly blobs: BlobLedger;
  readonly options: CopyOptions;
  readonly depth: CheckDepth;
  /** What differs is to be repaired: learn what of it is there. */
  readonly repair: boolean;
  readonly signal: AbortSignal;
}

/** What a repair of one target begins with. */
export interface RepairPlan {
  readonly target: TaskTarget;
  /** What the target holds for certain, and what it does not. */
  readonly sound: readonly Digest[];
  readonly broken: readonly Digest[];
  /** Put everything again, whatever the target says it has. */
  readonly force: boolean;
}

/** How one target of a tag stands; no `drift`: as a sync would have made it. */
export interface TargetState {
  readonly targetDigest?: Digest;
  readonly drift: readonly Drift[];
  readonly staleState: boolean;
  /** Only when a repair is in view and there is something to be repaired. */
  readonly plan?: RepairPlan;
}

const NO_REFERRERS: ReferrersState = { drift: [], sound: [], broken: [], isListedBroken: false };

/**
 * Holds a target against what a sync would put there; no record is believed.
 *
 * @throws {FerryError} when that cannot be told.
 */
export async function checkTarget(
  known: TargetKnowledge,
  wanted: WantedImage,
  context: CheckTargetContext,
): Promise<TargetState> {
  const { repair, depth, signal } = context;
  const { reference } = known.location;
  const isAbsent = known.listing.has(reference) === false;
  const there = isAbsent ? undefined : await known.repository.resolve(reference, { signal });
  const own = tagDrift(there, wanted);
  const looksBelow = own === undefined ? depth !== "tags" : repair;
  const below = looksBelow ? await checkBelow(known, wanted, context) : undefined;
  const drift = own ? [own] : [...(below?.content.faults ?? []), ...(below?.referrers.drift ?? [])];
  const state = { ...(there && { targetDigest: there.digest }), drift };
  if (drift.length === 0) return { ...state, staleState: false };
  const staleState = await saysDone(known, { wanted, drift }, context.blobs);
  if (!repair || below === undefined) return { ...state, staleState };
  return { ...state, staleState, plan: planOf(known, there, { wanted, below }) };
}

interface Below {
  readonly content: ContentState;
  readonly referrers: ReferrersState;
}

async function checkBelow(
  known: TargetKnowledge,
  wanted: WantedImage,
  context: CheckTargetContext,
): Promise<Below> {
  const { source, checker, options, repair, signal } = context;
  const { foreignLayers } = options;
  const { only, fetch } = wanted;
  // What refers to an image is copied whole, whichever platforms of the image are wanted.
  const whole: ContentWish = { foreignLayers, ...(repair && { fetch }) };
  const content = await checker.check(wanted.digest, { ...whole, ...(only && { only }) });
  const place = { source, target: known.repository, checker, wish: whole, signal };
  const referrers = options.referrers
    ? await checkReferrers(content.manifests, place)
    : NO_REFERRERS;
  return { content, referrers };
}

function tagDrift(there: Descriptor | undefined, { digest }: WantedImage): Drift | undefined {
  if (there === undefined) return { kind: "missing-tag" };
  return there.digest === digest ? undefined : { kind: "other-digest" };
}

/** The state would have a sync pass by. */
async function saysDone(
  { watermark, repository }: TargetKnowledge,
  found: { readonly wanted: WantedImage; readonly drift: readonly Drift[] },
  blobs: BlobLedger,
): Promise<boolean> {
  if (watermark?.sourceDigest === found.wanted.sourceDigest) return true;
  const digests = found.drift.flatMap(({ digest }) =>
    digest !== undefined && isDigest(digest) ? [digest] : [],
  );
  const { name } = repository;
  return (await blobs.known(name.registry, name.repository, digests)).size > 0;
}

/** The records are set right before it is copied: they tell what the repository holds. */
function planOf(
  { location, listing }: TargetKnowledge,
  there: Descriptor | undefined,
  { wanted, below }: { readonly wanted: WantedImage; readonly below: Below },
): RepairPlan {
  const { content, referrers } = below;
  const digest = trustedDigest(there, wanted, content);
  const { repositoryExists } = listing;
  return {
    target: {
      ...location,
      repositoryExists,
      recorded: true,
      ...(digest !== undefined && { digest }),
    },
    sound: [...content.sound, ...referrers.sound],
    broken: [...content.broken, ...referrers.broken],
    force: referrers.isListedBroken,
  };
}

/** What the copy may take the tag to be; `null` has it set whatever it is, `undefined` asked again. */
function trustedDigest(
  there: Descriptor | undefined,
  { digest }: WantedImage,
  { faults }: ContentState,
): Digest | null | undefined {
  if (there === undefined || faults.some((fault) => fault.digest === digest)) return null;
  return there.digest === digest && faults.length > 0 ? undefined : there.digest;
}
