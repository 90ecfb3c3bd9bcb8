import type { ListedSelection } from "../sync/every-tag.ts";
import type { SyncPolicy } from "../sync/policy.ts";
import { selectTags } from "../sync/select-tags.ts";
import type { PushEvent } from "./push-event.ts";

/** What a push asks of one policy. */
export interface PushMatch {
  /** The policy, narrowed to what was pushed. */
  readonly policy: SyncPolicy;
  /** It could not be narrowed: which tags are wanted shows only when all are listed. */
  readonly whole: boolean;
}

/**
 * Tells what a push means to a policy; `undefined` when it is of no concern to it: another
 * repository, or a tag that the policy would not select.
 *
 * @throws {FerryError} as `selectTags` does.
 */
export function matchPush(
  { host, repo, tag }: PushEvent,
  policy: SyncPolicy,
): PushMatch | undefined {
  const { source, select } = policy;
  if (tag === null || source.registry !== host || source.repository !== repo) return undefined;
  if (select.kind === "named") return matchNamed(policy, tag);
  const { referrers } = policy.options;
  if (referrers && isReferrerTag(tag)) return { policy, whole: true };
  if (selectTags([tag], select, { referrers }).length === 0) return undefined;
  return needsWholeListing(policy, select)
    ? { policy, whole: true }
    : { policy: { ...policy, select: onlyTag(tag) }, whole: false };
}

function matchNamed(policy: SyncPolicy, tag: string): PushMatch | undefined {
  if (policy.select.kind !== "named") return undefined;
  const { references } = policy.select;
  const isPushed = (index: number): boolean => {
    const reference = references[index]?.reference;
    return reference?.kind === "tag" && reference.tag === tag;
  };
  const kept = references.filter((_, index) => isPushed(index));
  if (kept.length === 0) return undefined;
  const targets = policy.targets.map((target) => ({
    ...target,
    ...(target.references && {
      references: target.references.filter((_, index) => isPushed(index)),
    }),
  }));
  return {
    policy: { ...policy, select: { kind: "named", references: kept }, targets },
    whole: false,
  };
}

/** A signature names its image by digest; whose tags those are, only the whole policy finds out. */
function isReferrerTag(tag: string): boolean {
  const everything: ListedSelection = { kind: "listed", include: [], exclude: [] };
  return selectTags([tag], everything, { referrers: true }).length === 0;
}

/** As when it is listed: newest N and renamed tags can be told only among all tags. */
function needsWholeListing({ targets }: SyncPolicy, { newest }: ListedSelection): boolean {
  return newest !== undefined || targets.some(({ references }) => references !== undefined);
}

function onlyTag(tag: string): SyncPolicy["select"] {
  return { kind: "named", references: [{ reference: { kind: "tag", tag } }] };
}
