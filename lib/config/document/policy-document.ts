import { formatManifestReference, formatRepository } from "../../oci/reference.ts";
import type {
  CopyOptions,
  NamedReference,
  SyncPolicy,
  TagPattern,
  TagSelection,
} from "../../sync/policy.ts";
import type { ConfigInput } from "../schema.ts";

/** One policy as `imageferry.yaml` holds it. */
export type PolicyDocument = NonNullable<ConfigInput["policies"]>[number];

type ListedSelection = TagSelection & { readonly kind: "listed" };

/** Writes a policy as the file holds it: several when it pairs many references with many. */
export function policyDocuments(policy: SyncPolicy): readonly PolicyDocument[] {
  const { select, name } = policy;
  const options = optionsDocument(policy.options);
  if (select.kind === "listed") {
    const tags = tagsDocument(select);
    return [
      {
        name,
        source: formatRepository(policy.source),
        target: policy.targets.map(({ repository }) => formatRepository(repository)),
        ...(Object.keys(tags).length > 0 && { tags }),
        ...options,
      },
    ];
  }
  const many = select.references.length > 1;
  return select.references.map((named, index) => ({
    name: many ? `${name} (${index + 1})` : name,
    source: `${formatRepository(policy.source)}${namedText(named)}`,
    target: policy.targets.map(({ repository, references }) => {
      const reference = references?.[index];
      return `${formatRepository(repository)}${reference ? formatManifestReference(reference) : ""}`;
    }),
    ...options,
  }));
}

function namedText({ reference, tag }: NamedReference): string {
  return `${tag === undefined ? "" : `:${tag}`}${formatManifestReference(reference)}`;
}

function tagsDocument({ include, exclude, semver, newest }: ListedSelection) {
  return {
    ...(include.length > 0 && { include: include.map(patternText) }),
    ...(exclude.length > 0 && { exclude: exclude.map(patternText) }),
    ...(semver !== undefined && { semver }),
    ...(newest !== undefined && { newest }),
  };
}

function patternText({ kind, pattern }: TagPattern): string {
  return kind === "regex" ? `/${pattern}/` : pattern;
}

/** What is not said in the file has its default. */
function optionsDocument(options: CopyOptions): Partial<PolicyDocument> {
  const { platforms, platformMode, referrers, force, foreignLayers } = options;
  return {
    ...(platforms.platforms.length > 0 && { platforms: [...platforms.platforms] }),
    ...(platformMode !== "rewrite" && { platformMode }),
    ...(referrers && { referrers }),
    ...(force && { force }),
    ...(foreignLayers !== "skip" && { foreignLayers }),
  };
}
