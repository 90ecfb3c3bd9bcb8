import { FerryError } from "../base/error.ts";
import { type ImageReference, type ManifestReference, parseReference } from "../oci/reference.ts";
import { DEFAULT_COPY_OPTIONS, type SyncPolicy, type TagSelection } from "../sync/policy.ts";

/** What a source without tag and digest means. */
export type BareSource = "every tag" | "latest";

/**
 * Makes the policy of `sync SOURCE TARGET` and `copy SOURCE TARGET`.
 *
 * @throws {FerryError} `RULE_BAD_REFERENCE`, `RULE_HAS_SCHEME`, and `RULE_COUNT_MISMATCH` when
 * many tags would go to one.
 */
export function policyOfArguments(source: string, target: string, bare: BareSource): SyncPolicy {
  const from = parseReference(source);
  const to = parseReference(target);
  const select = selectionOf(from, bare);
  const reference = referenceOf(to);
  if (reference !== undefined && select.kind === "listed") {
    throw new FerryError(`every tag of ${source} cannot go to the one reference ${target}`, {
      code: "RULE_COUNT_MISMATCH",
      remedy: "fixInput",
      hint: "Name one tag at the source, or leave the tag of the target out.",
    });
  }
  return {
    name: `${source} ${target}`,
    source: { registry: from.registry, repository: from.repository },
    select,
    targets: [
      {
        repository: { registry: to.registry, repository: to.repository },
        ...(reference !== undefined && { references: [reference] }),
      },
    ],
    options: DEFAULT_COPY_OPTIONS,
  };
}

/** A digest names content more exactly than a tag, so it comes first. */
function referenceOf({ tag, digest }: ImageReference): ManifestReference | undefined {
  if (digest !== undefined) return { kind: "digest", digest };
  return tag === undefined ? undefined : { kind: "tag", tag };
}

function selectionOf(source: ImageReference, bare: BareSource): TagSelection {
  const written = referenceOf(source);
  if (written === undefined && bare === "every tag") {
    return { kind: "listed", include: [], exclude: [] };
  }
  const reference: ManifestReference = written ?? { kind: "tag", tag: "latest" };
  const keepsTag = reference.kind === "digest" && source.tag !== undefined;
  return { kind: "named", references: [{ reference, ...(keepsTag && { tag: source.tag }) }] };
}
