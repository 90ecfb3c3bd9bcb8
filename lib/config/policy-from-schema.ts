import type { FerryError } from "../base/error.ts";
import { isDigest } from "../oci/digest.ts";
import {
  type ImageReference,
  isTag,
  type ManifestReference,
  parseReference,
} from "../oci/reference.ts";
import { pairReferences } from "../sync/pair-references.ts";
import { parseTagPattern } from "../sync/parse-tag-pattern.ts";
import {
  type CopyOptions,
  DEFAULT_COPY_OPTIONS,
  type NamedReference,
  type SyncPolicy,
  type TagSelection,
  type TargetMapping,
} from "../sync/policy.ts";
import { selectTags } from "../sync/select-tags.ts";
import { configError } from "./config-error.ts";
import type { CopyFields, PolicyFields } from "./schema.ts";

/**
 * Makes the policy of one entry of `policies`; `defaults` stand in for what it leaves out.
 *
 * @throws {FerryError} `RULE_BAD_REFERENCE`, `RULE_HAS_SCHEME`, `RULE_BAD_REGEX`, `RULE_BAD_GLOB`,
 * `RULE_BAD_SEMVER`, `RULE_COUNT_MISMATCH`, `RULE_DIGEST_MISMATCH`.
 */
export function policyFromFields(fields: PolicyFields, defaults: CopyFields): SyncPolicy {
  const source = parseReference(fields.source);
  const select = selectionOf(fields, source);
  const targets = fields.target.map(targetOf);
  if (select.kind === "named") {
    for (const mapping of targets) pairReferences(select.references, mapping);
  } else {
    selectTags([], select);
  }
  return {
    name: fields.name,
    source: { registry: source.registry, repository: source.repository },
    select,
    targets,
    options: copyOptions(fields, defaults),
  };
}

function selectionOf({ tags, source }: PolicyFields, from: ImageReference): TagSelection {
  const named = namedReference(from);
  if (named !== undefined) {
    if (tags === undefined) return { kind: "named", references: [named] };
    throw bothTags(source);
  }
  if (Array.isArray(tags)) return selectionOfList(tags);
  const { include = [], exclude = [], semver, newest } = tags ?? {};
  return {
    kind: "listed",
    include: include.map(parseTagPattern),
    exclude: exclude.map(parseTagPattern),
    ...(semver !== undefined && { semver }),
    ...(newest !== undefined && { newest }),
  };
}

/** Names alone need no listing; with a pattern among them, all are patterns. */
function selectionOfList(tags: readonly string[]): TagSelection {
  const references = tags.flatMap(referenceNamed);
  if (references.length === tags.length) {
    return { kind: "named", references: references.map((reference) => ({ reference })) };
  }
  return { kind: "listed", include: tags.map(parseTagPattern), exclude: [] };
}

function referenceNamed(text: string): readonly ManifestReference[] {
  if (isDigest(text)) return [{ kind: "digest", digest: text }];
  return isTag(text) ? [{ kind: "tag", tag: text }] : [];
}

function namedReference({ tag, digest }: ImageReference): NamedReference | undefined {
  if (digest !== undefined) {
    return { reference: { kind: "digest", digest }, ...(tag !== undefined && { tag }) };
  }
  return tag === undefined ? undefined : { reference: { kind: "tag", tag } };
}

function targetOf(text: string): TargetMapping {
  const { registry, repository, ...rest } = parseReference(text);
  const named = namedReference({ registry, repository, ...rest });
  if (named === undefined) return { repository: { registry, repository } };
  if (named.tag !== undefined) {
    throw configError(
      "RULE_BAD_REFERENCE",
      `the target "${text}" has both a tag and a digest`,
      "Leave one of them out.",
    );
  }
  return { repository: { registry, repository }, references: [named.reference] };
}

function copyOptions(fields: CopyFields, defaults: CopyFields): CopyOptions {
  const base = DEFAULT_COPY_OPTIONS;
  const platforms = fields.platforms ?? defaults.platforms ?? base.platforms.platforms;
  return {
    platforms: { ...base.platforms, platforms },
    platformMode: fields.platformMode ?? defaults.platformMode ?? base.platformMode,
    referrers: fields.referrers ?? defaults.referrers ?? base.referrers,
    force: fields.force ?? defaults.force ?? base.force,
    foreignLayers: fields.foreignLayers ?? defaults.foreignLayers ?? base.foreignLayers,
  };
}

function bothTags(source: string): FerryError {
  return configError(
    "RULE_BAD_REFERENCE",
    `the source "${source}" names one image, and tags select others`,
    "Leave out the tag of the source, or tags.",
  );
}
