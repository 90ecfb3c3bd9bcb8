import type { TagSelection } from "./policy.ts";

/** A selection that needs the source's tag listing. */
export type ListedSelection = Extract<TagSelection, { readonly kind: "listed" }>;

/** cosign's signature tags, and the referrers tag schema (distribution-spec, *Referrers Tag Schema*). */
const REFERRER_TAG = /^sha(?:256|512)-[a-f0-9]+(?:\.(?:sig|att|sbom))?$/;

/** Tells whether a selection has nothing to match and nothing to rank: it takes every tag. */
export function takesEveryTag({ include, exclude, semver, newest }: ListedSelection): boolean {
  const matches = include.length > 0 || exclude.length > 0 || semver !== undefined;
  return !matches && newest === undefined;
}

/** Tells whether a tag holds a signature or another referrer rather than an image. */
export function isReferrerTag(tag: string): boolean {
  return REFERRER_TAG.test(tag);
}
