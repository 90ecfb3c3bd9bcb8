import { FerryError } from "../base/error.ts";
import { formatRepository, type ManifestReference } from "../oci/reference.ts";
import type { NamedReference, TargetMapping } from "./policy.ts";

/** One reference at the source and the one it gets at the target. */
export interface ReferencePair {
  readonly source: ManifestReference;
  readonly target: ManifestReference;
}

/**
 * Pairs the selected references with those of a target, left to right; a target without
 * references keeps the source's.
 *
 * @throws {FerryError} `RULE_COUNT_MISMATCH`, `RULE_DIGEST_MISMATCH`.
 */
export function pairReferences(
  selected: readonly NamedReference[],
  mapping: TargetMapping,
): readonly ReferencePair[] {
  const { references } = mapping;
  if (references === undefined) return selected.map(keepName);
  if (references.length !== selected.length) throw countMismatch(selected.length, mapping);
  return references.map((target, index) => pair(selected[index], target, mapping));
}

function keepName({ reference, tag }: NamedReference): ReferencePair {
  return { source: reference, target: tag === undefined ? reference : { kind: "tag", tag } };
}

function pair(
  selected: NamedReference | undefined,
  target: ManifestReference,
  mapping: TargetMapping,
): ReferencePair {
  if (selected === undefined) throw countMismatch(0, mapping);
  const source = selected.reference;
  if (source.kind === "digest" && target.kind === "digest" && source.digest !== target.digest) {
    throw new FerryError(
      `${formatRepository(mapping.repository)}@${target.digest} cannot be made from ${source.digest}`,
      {
        code: "RULE_DIGEST_MISMATCH",
        remedy: "fixInput",
        hint: "A copy keeps its digest: leave the target's digest out, or give it a tag.",
      },
    );
  }
  return { source, target };
}

function countMismatch(selectedCount: number, mapping: TargetMapping): FerryError {
  const name = formatRepository(mapping.repository);
  const wanted = mapping.references?.length ?? 0;
  return new FerryError(
    `${selectedCount} tags or digests of the source stand against ${wanted} of ${name}`,
    {
      code: "RULE_COUNT_MISMATCH",
      remedy: "fixInput",
      hint: "Give the target as many tags as the source, or none to keep their names.",
    },
  );
}
