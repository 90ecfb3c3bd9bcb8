import { FerryError, withSide } from "../base/error.ts";
import { formatRepository } from "../oci/reference.ts";
import type { RepositoryReader } from "../registry/repository.ts";
import { tagPages } from "../registry/tag-pages.ts";
import { isReferrerTag, type ListedSelection, takesEveryTag } from "./every-tag.ts";
import { pairReferences } from "./pair-references.ts";
import type { NamedReference, SyncPolicy } from "./policy.ts";
import type { PolicyPosition } from "./policy-position.ts";
import type { ImageLocation } from "./task.ts";

/** One reference of the source that a policy wants, and where it is wanted. */
export interface Candidate {
  readonly source: ImageLocation;
  /** Named in the rule, not found by listing. */
  readonly named: boolean;
  readonly targets: readonly ImageLocation[];
}

/** Some of a policy's candidates. */
export interface CandidatePage {
  readonly candidates: readonly Candidate[];
  /** Where the policy goes on after them; left out on the last page. */
  readonly next?: PolicyPosition;
}

/** What expanding a policy works with. */
export interface ExpandContext {
  readonly source: RepositoryReader;
  readonly signal: AbortSignal;
  /** Where to go on; from the beginning when left out. */
  readonly from?: PolicyPosition;
  /** Candidates of one page at most; as many as the registry gives when left out. */
  readonly pageMax?: number;
}

/**
 * Turns a policy into the references it wants, page by page in the order of the listing; a policy
 * that names its references asks nobody.
 *
 * What a registry gives in one page and is more than `pageMax` is taken in the order of the tags'
 * names, so that the last name tells where to go on, however the listing changes meanwhile.
 *
 * @throws {FerryError} `SOURCE_LIST_FAILED`, `RULE_COUNT_MISMATCH`, `RULE_DIGEST_MISMATCH`, and
 * the source's refusals.
 */
export async function* expandPolicy(
  policy: SyncPolicy,
  context: ExpandContext,
): AsyncGenerator<CandidatePage> {
  const { from: begin = {}, pageMax = Number.POSITIVE_INFINITY } = context;
  if (policy.select.kind === "named") {
    const candidates = pairUp(policy, policy.select.references);
    yield* namedPages(candidates, { done: begin.done ?? 0, pageMax });
    return;
  }
  const selection = policy.select;
  const pages = listSource(policy, context);
  const select = await selectorOf(selection, policy.options.referrers);
  const candidatesOf = (tags: readonly string[]): readonly Candidate[] =>
    pairUp(
      policy,
      select(tags).map((tag) => ({ reference: { kind: "tag", tag } })),
    );
  if (needsWholeListing(policy, selection)) {
    const all: string[] = [];
    for await (const { tags } of pages) all.push(...tags);
    yield* cutPage(candidatesOf(all), { from: begin, pageMax });
    return;
  }
  let from = begin;
  for await (const { tags, next } of pages) {
    const following = next === undefined ? {} : { next: { token: next } };
    yield* cutPage(candidatesOf(tags), { from, pageMax, ...following });
    from = following.next ?? {};
  }
}

/** Only what matches or ranks tags brings the engines of patterns and versions. */
async function selectorOf(
  selection: ListedSelection,
  referrers: boolean,
): Promise<(tags: readonly string[]) => readonly string[]> {
  if (!takesEveryTag(selection)) {
    const { selectTags } = await import("./select-tags.ts");
    return (tags) => selectTags(tags, selection, { referrers });
  }
  return (tags) => (referrers ? tags.filter((tag) => !isReferrerTag(tag)) : tags);
}

/** Newest N and renamed tags can be told only when every tag is known. */
function needsWholeListing(policy: SyncPolicy, selection: ListedSelection): boolean {
  const renames = policy.targets.some((target) => target.references !== undefined);
  return selection.newest !== undefined || renames;
}

async function* listSource(
  policy: SyncPolicy,
  { source, signal, from }: ExpandContext,
): AsyncGenerator<{ readonly tags: readonly string[]; readonly next?: string }> {
  let exists = false;
  const token = from?.token;
  try {
    for await (const page of tagPages(source, {
      signal,
      ...(token !== undefined && { from: token }),
    })) {
      exists = true;
      yield page;
    }
  } catch (thrown) {
    throw thrown instanceof FerryError ? withSide(thrown, "source") : thrown;
  }
  if (!exists) throw noSuchRepository(policy);
}

function* namedPages(
  candidates: readonly Candidate[],
  { done, pageMax }: { readonly done: number; readonly pageMax: number },
): Generator<CandidatePage> {
  let start = done;
  do {
    const end = start + pageMax;
    const page = candidates.slice(start, end);
    yield { candidates: page, ...(end < candidates.length && { next: { done: end } }) };
    start = end;
  } while (start < candidates.length);
}

/** Cuts what one listing gave into pages, from a position within it on. */
function* cutPage(
  listed: readonly Candidate[],
  place: {
    readonly from: PolicyPosition;
    readonly pageMax: number;
    readonly next?: PolicyPosition;
  },
): Generator<CandidatePage> {
  const { from, pageMax, next } = place;
  const { token, after } = from;
  const isBig = listed.length > pageMax;
  const inOrder = isBig ? [...listed].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)) : listed;
  let rest = after === undefined ? inOrder : inOrder.filter((one) => nameOf(one) > after);
  for (; rest.length > pageMax; rest = rest.slice(pageMax)) {
    const candidates = rest.slice(0, pageMax);
    const last = candidates.map(nameOf).at(-1) ?? "";
    yield { candidates, next: { ...(token !== undefined && { token }), after: last } };
  }
  yield { candidates: rest, ...(next && { next }) };
}

function nameOf({ source: { reference } }: Candidate): string {
  return reference.kind === "tag" ? reference.tag : reference.digest;
}

function pairUp(policy: SyncPolicy, references: readonly NamedReference[]): Candidate[] {
  const { source, targets, select } = policy;
  const pairs = targets.map((target) => pairReferences(references, target));
  return references.map(({ reference }, index) => ({
    source: { repository: source, reference },
    named: select.kind === "named",
    targets: targets.flatMap((target, position) => {
      const pair = pairs[position]?.[index];
      return pair === undefined ? [] : [{ repository: target.repository, reference: pair.target }];
    }),
  }));
}

function noSuchRepository(policy: SyncPolicy): FerryError {
  return new FerryError(`${formatRepository(policy.source)} does not exist at the source`, {
    code: "SOURCE_LIST_FAILED",
    remedy: "fixInput",
    side: "source",
    hint: "Check the name; a private repository may need credentials to be seen.",
  });
}
