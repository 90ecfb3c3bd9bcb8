import { mapLimited } from "../base/map-limited.ts";
import { formatReference } from "../oci/reference.ts";
import { collectPairs, type FoundPair } from "./collect-pairs.ts";
import type { Comparison, TargetVerdict } from "./compare-candidate.ts";
import { createPolicyComparer, type PolicyComparer } from "./compare-policy.ts";
import { expandPolicy } from "./expand-policy.ts";
import type { CompareHooks, ComparePorts } from "./known-targets.ts";
import { lacksReferrers } from "./lacks-referrers.ts";
import {
  type PlannedAction,
  type PlannedTask,
  type PlanReport,
  planReport,
} from "./plan-report.ts";
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

/** References whose referrers are asked for at once; the registries' gates bound the requests. */
const SETTLED_AT_ONCE = 16;

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
  const context = { ports, signal, comparer };
  const { found, errors } = await collectPairs<PlannedTask>(
    policies,
    (policy, fail) =>
      offline
        ? expandedPages(policy, context)
        : comparedPages(policy, { claim: () => true, targetFailed: fail }, context),
    signal,
  );
  return planReport(found, errors);
}

interface PlanContext {
  readonly ports: ComparePorts;
  readonly signal: AbortSignal;
  readonly comparer: PolicyComparer;
}

async function* expandedPages(
  policy: SyncPolicy,
  context: PlanContext,
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
  context: PlanContext,
): AsyncGenerator<readonly PlannedPair[]> {
  for await (const { comparisons } of context.comparer.compare(policy, hooks)) {
    const pairs = await mapLimited(comparisons, SETTLED_AT_ONCE, (comparison) =>
      plannedPairs(policy, comparison, context),
    );
    yield pairs.flat();
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

async function plannedPairs(
  policy: SyncPolicy,
  comparison: Comparison,
  context: PlanContext,
): Promise<readonly PlannedPair[]> {
  const { candidate, sourceDigest, sourceError, verdicts } = comparison;
  if (sourceError !== undefined) throw sourceError;
  const { source } = candidate;
  return Promise.all(
    verdicts.map(async (verdict) => {
      const { target } = verdict;
      const found: PlannedTask = {
        ...plannedCopy(policy, source, target),
        action: await actionOf(verdict, { policy, comparison, context }),
        ...(sourceDigest !== undefined && { sourceDigest }),
        ...(typeof target.digest === "string" && { targetDigest: target.digest }),
      };
      return { source, target, found };
    }),
  );
}

/** A run asks for referrers while it copies; a plan has to know before. */
async function actionOf(
  verdict: TargetVerdict,
  about: {
    readonly policy: SyncPolicy;
    readonly comparison: Comparison;
    readonly context: PlanContext;
  },
): Promise<PlannedAction> {
  const { policy, comparison, context } = about;
  const { missingSource, sourceDigest } = comparison;
  if (missingSource) return "missing-source";
  if (verdict.action === "unchanged") return "unchanged";
  const { target, referrersOf: targetDigest } = verdict;
  if (sourceDigest === undefined || targetDigest === undefined) return "copy";
  const { ports, signal } = context;
  const image = { sourceDigest, targetDigest };
  const place = {
    source: ports.repositories.source(policy.source),
    target: ports.repositories.target(target.repository),
    options: policy.options,
    signal,
  };
  // What cannot be told the copy asks again, and tells why.
  const isLacking = await lacksReferrers(image, place).catch(() => true);
  signal.throwIfAborted();
  return isLacking ? "copy" : "unchanged";
}
