import type { ManifestReference } from "../../oci/reference.ts";
import { pairReferences } from "../../sync/pair-references.ts";
import type { NamedReference, TargetMapping } from "../../sync/policy.ts";
import { configError } from "../config-error.ts";
import { parseNameList } from "./parse-name-list.ts";
import { findRegex, type RuleSource } from "./parse-source.ts";

/**
 * Reads the right side of a rule and checks it against the left as far as no listing is needed.
 *
 * @throws {FerryError} `DEST_REGEX`, `RULE_BAD_REFERENCE`, `RULE_HAS_SCHEME`,
 * `RULE_COUNT_MISMATCH`, `RULE_DIGEST_MISMATCH`.
 */
export function parseTarget(text: string, source: RuleSource): TargetMapping {
  if (findRegex(text) !== undefined) {
    throw configError(
      "DEST_REGEX",
      `the destination "${text}" has an expression`,
      "Expressions select tags of the source; leave the destination without a tag.",
    );
  }
  const { repository, references } = parseNameList(text);
  if (references.length === 0) return { repository };
  const selected = source.select.kind === "named" ? source.select.references : undefined;
  const mapping = {
    repository,
    references: references.map((named, index) => atTarget(named, selected?.[index], text)),
  };
  if (selected) pairReferences(selected, mapping);
  return mapping;
}

/** What is pushed for `tag@digest`: the tag, once the digest is sure to be the source's. */
function atTarget(
  { reference, tag }: NamedReference,
  selected: NamedReference | undefined,
  text: string,
): ManifestReference {
  if (tag === undefined || reference.kind === "tag") return reference;
  const source = selected?.reference;
  if (source?.kind !== "digest") {
    throw configError(
      "RULE_BAD_REFERENCE",
      `the destination "${text}" has both a tag and a digest`,
      "Leave one of them out.",
    );
  }
  return source.digest === reference.digest ? { kind: "tag", tag } : reference;
}
