import {
  formatManifestReference,
  formatReference,
  formatRepository,
  type ManifestReference,
} from "../oci/reference.ts";
import { pairReferences } from "../sync/pair-references.ts";
import type { NamedReference, SyncPolicy, TargetMapping } from "../sync/policy.ts";
import { configError } from "./config-error.ts";
import type { RuleProblem } from "./loaded-config.ts";

/** Policies of which no two write the same target tag, as far as no listing is needed to tell. */
export interface SettledPolicies {
  readonly policies: readonly SyncPolicy[];
  /** By name of each policy, the name of the one it was written as: a policy may be parted. */
  readonly origins: ReadonlyMap<string, string>;
  readonly problems: readonly RuleProblem[];
}

/** What is written to one target tag: by which policies, keyed by source and options. */
type Writers = Map<string, Set<string>>;

/**
 * Refuses policies that write one target tag from different sources (`RULE_CONFLICT`, all of
 * them: nothing says which one is meant), and keeps a pair that stands in several policies in the
 * first one only.
 */
export function settleOverlaps(policies: readonly SyncPolicy[]): SettledPolicies {
  const conflicts = findConflicts(policies);
  const kept = policies.filter((policy) => !conflicts.has(policy.name));
  const seen = new Set<string>();
  const settled = kept.map((policy) => ({ policy, parts: withoutSeen(policy, seen) }));
  return {
    policies: settled.flatMap(({ parts }) => parts),
    origins: new Map(
      settled.flatMap(({ policy, parts }) => parts.map(({ name }) => [name, policy.name])),
    ),
    problems: [...conflicts].map(([rule, message]) => ({
      rule,
      error: configError(
        "RULE_CONFLICT",
        message,
        "Give each source a target of its own, or remove one of the rules.",
      ),
    })),
  };
}

/** Message by policy name. */
function findConflicts(policies: readonly SyncPolicy[]): ReadonlyMap<string, string> {
  const written = new Map<string, Writers>();
  for (const policy of policies) {
    if (policy.select.kind === "listed") continue;
    for (const mapping of policy.targets) collectWriters(policy, mapping, written);
  }
  const conflicts = new Map<string, string>();
  for (const [target, writers] of written) {
    if (writers.size < 2) continue;
    const names = new Set([...writers.values()].flatMap((set) => [...set]));
    const rules = [...names].map((name) => `"${name}"`).join(" and ");
    const message = `${target} is written from different sources or with different options by ${rules}`;
    for (const name of names) conflicts.set(name, message);
  }
  return conflicts;
}

function collectWriters(
  policy: SyncPolicy,
  mapping: TargetMapping,
  written: Map<string, Writers>,
): void {
  for (const { source, target } of pairReferences(namedReferences(policy), mapping)) {
    if (target.kind !== "tag") continue;
    const key = formatReference(mapping.repository, target);
    const writers = written.get(key) ?? new Map<string, Set<string>>();
    const content = formatReference(policy.source, source) + JSON.stringify(policy.options);
    writers.set(content, (writers.get(content) ?? new Set()).add(policy.name));
    written.set(key, writers);
  }
}

function namedReferences(policy: SyncPolicy): readonly NamedReference[] {
  return policy.select.kind === "named" ? policy.select.references : [];
}

/**
 * The policy without pairs seen before. Targets that lose different references part ways, each
 * group a policy of its own.
 */
function withoutSeen(policy: SyncPolicy, seen: Set<string>): readonly SyncPolicy[] {
  if (policy.select.kind === "listed") return [policy];
  const references = policy.select.references;
  const groups = new Map<string, { indexes: number[]; targets: TargetMapping[] }>();
  for (const mapping of policy.targets) {
    const indexes = unseenIndexes(policy, mapping, seen);
    if (indexes.length === 0) continue;
    const group = groups.get(indexes.join()) ?? { indexes, targets: [] };
    group.targets.push(onlyReferences(mapping, indexes));
    groups.set(indexes.join(), group);
  }
  return [...groups.values()].map(({ indexes, targets }, index) => ({
    ...policy,
    name: index === 0 ? policy.name : `${policy.name} (${index + 1})`,
    select: { kind: "named", references: references.filter((_, at) => indexes.includes(at)) },
    targets,
  }));
}

function unseenIndexes(policy: SyncPolicy, mapping: TargetMapping, seen: Set<string>): number[] {
  const repositories = `${formatRepository(policy.source)} ${formatRepository(mapping.repository)}`;
  const isNew = (source: ManifestReference, target: ManifestReference): boolean => {
    const key = `${repositories} ${formatManifestReference(source)} ${formatManifestReference(target)}`;
    return !seen.has(key) && seen.add(key).size > 0;
  };
  return pairReferences(namedReferences(policy), mapping).flatMap(({ source, target }, index) =>
    isNew(source, target) ? [index] : [],
  );
}

function onlyReferences(mapping: TargetMapping, indexes: readonly number[]): TargetMapping {
  if (mapping.references === undefined) return mapping;
  return { ...mapping, references: mapping.references.filter((_, at) => indexes.includes(at)) };
}
