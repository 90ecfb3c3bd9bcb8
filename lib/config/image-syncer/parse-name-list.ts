import { isDigest } from "../../oci/digest.ts";
import {
  type ImageReference,
  type ManifestReference,
  parseReference,
  type RepositoryName,
} from "../../oci/reference.ts";
import type { NamedReference } from "../../sync/policy.ts";

/** A repository and the references written after it; none when there were none. */
export interface NameList {
  readonly repository: RepositoryName;
  readonly references: readonly NamedReference[];
}

/**
 * Reads `registry/path`, with a tag, a digest, both, or a comma list of them after it. Spaces
 * around commas and a comma at the end mean nothing.
 *
 * @throws {FerryError} `RULE_BAD_REFERENCE`, `RULE_HAS_SCHEME`.
 */
export function parseNameList(text: string): NameList {
  const lastPart = text.lastIndexOf("/") + 1;
  const separatorAt = text.slice(lastPart).search(/[:@]/);
  if (separatorAt < 0) return { repository: repositoryOf(parseReference(text)), references: [] };
  const name = text.slice(0, lastPart + separatorAt);
  const separator = text.charAt(lastPart + separatorAt);
  const elements = splitList(text.slice(name.length + 1));
  const references = elements.map((element, index) => {
    const joint = isDigest(element) ? "@" : index === 0 ? separator : ":";
    return namedReference(parseReference(`${name}${joint}${element}`));
  });
  return { repository: repositoryOf(parseReference(name)), references };
}

function splitList(text: string): readonly string[] {
  const elements = text.split(",").map((element) => element.trim());
  if (elements.length > 1 && elements.at(-1) === "") elements.pop();
  return elements;
}

function repositoryOf({ registry, repository }: ImageReference): RepositoryName {
  return { registry, repository };
}

function namedReference({ tag, digest }: ImageReference): NamedReference {
  if (digest === undefined) return { reference: tagReference(tag ?? "") };
  const reference: ManifestReference = { kind: "digest", digest };
  return tag === undefined ? { reference } : { reference, tag };
}

function tagReference(tag: string): ManifestReference {
  return { kind: "tag", tag };
}
