import { FerryError, withSide } from "../base/error.ts";
import { formatRepository } from "../oci/reference.ts";
import type { RepositoryReader } from "../registry/repository.ts";
import { tagPages } from "../registry/tag-pages.ts";
import { isReferrerTag, type ListedSelection, takesEveryTag } from "./every-tag.ts";
import { pairReferences } from "./pair-references.ts";
import type { NamedReference, SyncPolicy } from "./policy.ts";
import type { ImageLocation } from "./task.ts";

/** One reference of the source that a policy wants, and where it is wanted. */
export interface Candidate {
  readonly source: ImageLocation;
  /** Named in the rule, not found by listing. */
  readonly named: boolean;
  readonly targets: readonly ImageLocation[];
}

/** What expanding a policy works with. */
export interface ExpandContext {
  readonly source: RepositoryReader;
  readonly signal: AbortSignal;
}

/**
 * Turns a policy into the references it wants, page by page in the order of the listing; a policy
 * that names its references asks nobody.
 *
 * @throws {FerryError} `SOURCE_LIST_FAILED`, `RULE_COUNT_MISMATCH`, `RULE_DIGEST_MISMATCH`, and
 * the source's refusals.
 */
export async function* expandPolicy(
  policy: SyncPolicy,
  context: ExpandContext,
): AsyncGenerator<readonly Candidate[]> {
  if (policy.select.kind === "named") {
    yield pairUp(policy, policy.select.references);
    return;
  }
  const selection = policy.select;
  const pages = listSource(policy, context);
  const select = await selectorOf(selection, policy.options.referrers);
  const chosen = (tags: readonly string[]): readonly NamedReference[] =>
    select(tags).map((tag) => ({ reference: { kind: "tag", tag } }));
  if (!needsWholeListing(policy, selection)) {
    for await (const tags of pages) yield pairUp(policy, chosen(tags));
    return;
  }
  const all: string[] = [];
  for await (const tags of pages) all.push(...tags);
  yield pairUp(policy, chosen(all));
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
  { source, signal }: ExpandContext,
): AsyncGenerator<readonly string[]> {
  let exists = false;
  try {
    for await (const { tags } of tagPages(source, { signal })) {
      exists = true;
      yield tags;
    }
  } catch (thrown) {
    throw thrown instanceof FerryError ? withSide(thrown, "source") : thrown;
  }
  if (!exists) throw noSuchRepository(policy);
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
