import { mapLimited } from "../base/map-limited.ts";
import type { Digest } from "../oci/digest.ts";
import type { ManifestReference } from "../oci/reference.ts";
import type { RepositoryReader } from "../registry/repository.ts";
import type { ContentChecker, ContentState, ContentWish } from "./check-content.ts";
import type { Drift } from "./check-report.ts";
import { REFERRER_CHAIN_MAX, sideTagsOf } from "./side-tags.ts";

/** How what refers to an image stands at a target. */
export interface ReferrersState extends Pick<ContentState, "sound" | "broken"> {
  readonly drift: readonly Drift[];
  /** Something the target lists is damaged: that it is listed must not be believed. */
  readonly isListedBroken: boolean;
}

/** Whose referrers are looked at, and where. */
export interface ReferrersContext {
  readonly source: RepositoryReader;
  readonly target: RepositoryReader;
  readonly checker: ContentChecker;
  readonly wish: Pick<ContentWish, "foreignLayers" | "fetch">;
  readonly signal: AbortSignal;
}

const AT_ONCE = 4;
const NOTHING: ReferrersState = { drift: [], sound: [], broken: [], isListedBroken: false };

/**
 * Looks whether a target has what refers to some manifests of a source: OCI 1.1 referrers (API or
 * tag schema), those referring to them in turn, and cosign's tags.
 *
 * @throws {FerryError} when that cannot be told.
 */
export async function checkReferrers(
  subjects: readonly Digest[],
  context: ReferrersContext,
): Promise<ReferrersState> {
  const states = await mapLimited(new Set(subjects), AT_ONCE, async (subject) => {
    const listed = await checkListed(subject, context, 1);
    const beside = await mapLimited(sideTagsOf(subject), AT_ONCE, (tag) =>
      checkSideTag(tag, subject, context),
    );
    return together([listed, ...beside]);
  });
  return together(states);
}

async function checkListed(
  subject: Digest,
  context: ReferrersContext,
  chain: number,
): Promise<ReferrersState> {
  const { source, target, signal } = context;
  const wanted = await source.referrers(subject, { signal });
  if (wanted.length === 0) return NOTHING;
  const listed = new Set((await target.referrers(subject, { signal })).map(({ digest }) => digest));
  const states = await mapLimited(wanted, AT_ONCE, async ({ digest }) => {
    const isListed = listed.has(digest);
    const drift = isListed ? undefined : { kind: "missing-referrer" as const, digest, subject };
    const own = await checkReferrer(digest, { subject, drift, context });
    const goesOn = isListed && chain < REFERRER_CHAIN_MAX;
    return goesOn ? together([own, await checkListed(digest, context, chain + 1)]) : own;
  });
  return together(states);
}

async function checkSideTag(
  tag: string,
  subject: Digest,
  context: ReferrersContext,
): Promise<ReferrersState> {
  const { source, target, signal } = context;
  const reference: ManifestReference = { kind: "tag", tag };
  const wanted = await source.resolve(reference, { signal });
  if (wanted === undefined) return NOTHING;
  const { digest } = wanted;
  const there = await target.resolve(reference, { signal });
  const isThere = there?.digest === digest;
  const drift = isThere ? undefined : { kind: "missing-referrer" as const, digest, tag, subject };
  return checkReferrer(digest, { subject, drift, context });
}

/** What is told of one that is missing is that; what of it is there is noted all the same. */
async function checkReferrer(
  digest: Digest,
  about: {
    readonly subject: Digest;
    readonly drift: Drift | undefined;
    readonly context: ReferrersContext;
  },
): Promise<ReferrersState> {
  const { subject, drift, context } = about;
  const { checker, wish } = context;
  // Without a repair in view there is nothing to note.
  if (drift !== undefined && wish.fetch === undefined) return { ...NOTHING, drift: [drift] };
  const { faults, sound, broken } = await checker.check(digest, wish);
  if (drift !== undefined) return { drift: [drift], sound, broken, isListedBroken: false };
  const told = faults.map((fault) => ({ ...fault, subject }));
  return { drift: told, sound, broken, isListedBroken: faults.length > 0 };
}

function together(states: readonly ReferrersState[]): ReferrersState {
  return {
    drift: states.flatMap(({ drift }) => drift),
    sound: states.flatMap(({ sound }) => sound),
    broken: states.flatMap(({ broken }) => broken),
    isListedBroken: states.some(({ isListedBroken }) => isListedBroken),
  };
}
