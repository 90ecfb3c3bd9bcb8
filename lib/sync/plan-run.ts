import { formatReference } from "../oci/reference.ts";
import { collectPairs, type FoundPair } from "./collect-pairs.ts";
import type { Comparison } from "./compare-candidate.ts";
import { createPolicyComparer, type PolicyComparer } from "./compare-policy.ts";
import { expandPolicy } from "./expand-policy.ts";
import type { CompareHooks, ComparePorts } from "./known-targets.ts";
import { type PlannedTask, type PlanReport, planReport } from "./plan-report.ts";
import type { SyncPolicy } from "./policy.ts";
import type { ImageLocation } from "./task.ts";

/** How a plan is made. */
export interface PlanOptions {
  /** Expand rules only: the target is not asked, and the source only for its tags. */
  readonly offline: boolean;
  readonly signal: AbortSignal;
}

/** One task of a plan that still has to get its target. */
type PlannedPair = FoundPair<PlannedTask>;

/**
 * Tells what a run would do, in the order in which rules and tags are listed; reads only.
 *
 * @throws the signal's reason when it aborts.
 */
export async function planRun(
  policies: readonly SyncPolicy[],
  ports: ComparePorts,
  options: PlanOptions,
): Promise<PlanReport> {
  const { signal, offline } = options;
  const comparer = createPolicyComparer(ports, { signal, askSource: true });
  const { found, errors } = await collectPairs<PlannedTask>(
    policies,
    (policy, fail) =>
      offline
        ? expandedPages(policy, { ports, signal })
        : comparedPages(policy, { claim: () => true, targetFailed: fail }, comparer),
    signal,
  );
  return planReport(found, errors);
}

async function* expandedPages(
  policy: SyncPolicy,
  context: { readonly ports: ComparePorts; readonly signal: AbortSignal },
): AsyncGenerator<readonly PlannedPair[]> {
  const repository = context.ports.repositories.source(policy.source);
  const { signal } = context;
  for await (const { candidates } of expandPolicy(policy, { source: repository, signal })) {
    yield candidates.flatMap(({ source, targets }) =>
      targets.map((target) => ({ source, target, found: plannedCopy(policy, source, target) })),
    );
  }
}

async function* comparedPages(
  policy: SyncPolicy,
  hooks: CompareHooks,
  comparer: PolicyComparer,
): AsyncGenerator<readonly PlannedPair[]> {
  for await (const { comparisons } of comparer.compare(policy, hooks)) {
    yield comparisons.flatMap((comparison) => plannedPairs(policy, comparison));
  }
}

function plannedCopy(
  policy: SyncPolicy,
  source: ImageLocation,
  target: ImageLocation,
): PlannedTask {
  return {
    source: formatReference(source.repository, source.reference),
    target: formatReference(target.repository, target.reference),
    action: "copy",
    policy: policy.name,
  };
}

function plannedPairs(policy: SyncPolicy, comparison: Comparison): PlannedPair[] {
  const { candidate, sourceDigest, missingSource, sourceError } = comparison;
  if (sourceError !== undefined) throw sourceError;
  const { source } = candidate;
  return comparison.verdicts.map(({ action, target }) => {
    const found: PlannedTask = {
      ...plannedCopy(policy, source, target),
      action: missingSource ? "missing-source" : action,
      ...(sourceDigest !== undefined && { sourceDigest }),
      ...(typeof target.digest === "string" && { targetDigest: target.digest }),
    };
    return { source, target, found };
  });
}
