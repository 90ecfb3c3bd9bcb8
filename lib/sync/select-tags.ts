import semver from "semver";
import { FerryError } from "../base/error.ts";
import { isReferrerTag, type ListedSelection } from "./every-tag.ts";
import type { TagPattern } from "./policy.ts";
import { compileTagPattern } from "./tag-patterns.ts";

/** How {@link selectTags} treats tags that hold signatures rather than images. */
export interface SelectTagsOptions {
  /** Referrers are copied along with their images, so their tags are nothing to select. */
  readonly referrers?: boolean;
}

type Test = (tag: string) => boolean;

const naturalOrder = new Intl.Collator("en", { numeric: true });

/**
 * Picks tags of a listing, in the listing's order.
 *
 * Tags of signatures count as images only where an include pattern names them or all tags are
 * asked for, and never when `referrers` are copied along.
 *
 * @throws {FerryError} `RULE_BAD_REGEX`, `RULE_BAD_GLOB`, `RULE_BAD_SEMVER`; all of them for an
 * empty listing too, so that a selection can be checked before there is one.
 */
export function selectTags(
  tags: readonly string[],
  selection: ListedSelection,
  options: SelectTagsOptions = {},
): readonly string[] {
  const tests: Test[] = [
    anyOf(selection.include, true),
    not(anyOf(selection.exclude, false)),
    inRange(selection.semver),
  ];
  const dropReferrers =
    options.referrers === true ||
    (selection.newest !== undefined && selection.include.length === 0);
  if (dropReferrers) tests.push((tag) => !isReferrerTag(tag));
  const selected = tags.filter((tag) => tests.every((test) => test(tag)));
  return selection.newest === undefined ? selected : keepNewest(selected, selection.newest);
}

function anyOf(patterns: readonly TagPattern[], whenEmpty: boolean): Test {
  const tests = patterns.map(compileTagPattern);
  return (tag) => (tests.length === 0 ? whenEmpty : tests.some((test) => test(tag)));
}

function not(test: Test): Test {
  return (tag) => !test(tag);
}

function inRange(range: string | undefined): Test {
  if (range === undefined) return () => true;
  if (semver.validRange(range) === null) {
    throw new FerryError(`"${range}" is not a range of versions`, {
      code: "RULE_BAD_SEMVER",
      remedy: "fixInput",
      hint: 'Write it as ">=1.25.0 <2", "^1.25.0" or "1.25.x || 1.26.x".',
    });
  }
  const wanted = new semver.Range(range);
  return (tag) => semver.valid(tag) !== null && wanted.test(tag);
}

function keepNewest(tags: readonly string[], count: number): readonly string[] {
  const newest = new Set([...tags].sort(newestFirst).slice(0, count));
  return tags.filter((tag) => newest.has(tag));
}

function newestFirst(a: string, b: string): number {
  const [aVersion, bVersion] = [semver.parse(a), semver.parse(b)];
  if (aVersion && bVersion) return bVersion.compare(aVersion);
  if (aVersion) return -1;
  if (bVersion) return 1;
  return naturalOrder.compare(b, a);
}
