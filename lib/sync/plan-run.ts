import { type FerryError, withSide } from "../base/error.ts";
import { mapLimited } from "../base/map-limited.ts";
import { formatReference } from "../oci/reference.ts";
import type { Comparison } from "./compare-candidate.ts";
import {
  type CompareHooks,
  type ComparePorts,
  createPolicyComparer,
  type PolicyComparer,
} from "./compare-policy.ts";
import { expandPolicy } from "./expand-policy.ts";
import { type PlannedTask, type PlanReport, planReport } from "./plan-report.ts";
import type { SyncPolicy } from "./policy.ts";
import type { RuleProblem } from "./report.ts";
import { createTargetClaims, type TargetClaims } from "./target-claims.ts";
import type { ImageLocation } from "./task.ts";

/** How a plan is made. */
export interface PlanOptions {
  /** Expand rules only: the target is not asked, and the source only for its tags. */
  readonly offline: boolean;
  readonly signal: AbortSignal;
}

const POLICIES_AT_ONCE = 16;

interface PolicyPlan {
  readonly policy: SyncPolicy;
  readonly pairs: PlannedPair[];
  readonly errors: RuleProblem[];
}

/** One task of a plan that still has to get its target. */
interface PlannedPair {
  readonly source: ImageLocation;
  readonly target: ImageLocation;
  readonly task: PlannedTask;
}

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
  const comparer = createPolicyComparer(ports, { signal: options.signal, askSource: true });
  const plans = await mapLimited(policies, POLICIES_AT_ONCE, async (policy) => {
    const plan: PolicyPlan = { policy, pairs: [], errors: [] };
    const fail = (error: FerryError) => plan.errors.push(problem(policy, error));
    try {
      const pages = options.offline
        ? expandedPages(policy, { ports, signal: options.signal })
        : comparedPages(policy, { claim: () => true, targetFailed: fail }, comparer);
      for await (const page of pages) plan.pairs.push(...page);
    } catch (thrown) {
      options.signal.throwIfAborted();
      fail(withSide(thrown, "source"));
    }
    return plan;
  });
  return claimInOrder(plans, createTargetClaims(policies));
}

/**
 * Policies are looked at side by side; a pair that several of them want stands where the first of
 * them has it.
 */
function claimInOrder(plans: readonly PolicyPlan[], claims: TargetClaims): PlanReport {
  const tasks = new Map<string, PlannedTask>();
  const errors: RuleProblem[] = [];
  for (const [position, { policy, pairs, errors: own }] of plans.entries()) {
    errors.push(...own);
    for (const { source, target, task } of pairs) {
      if (claims.take(position, source, target) === "conflict") {
        errors.push(problem(policy, claims.conflict(source, target)));
      } else if (!tasks.has(task.target)) tasks.set(task.target, task);
    }
  }
  return planReport([...tasks.values()], errors);
}

async function* expandedPages(
  policy: SyncPolicy,
  context: { readonly ports: ComparePorts; readonly signal: AbortSignal },
): AsyncGenerator<readonly PlannedPair[]> {
  const repository = context.ports.repositories.source(policy.source);
  const { signal } = context;
  for await (const { candidates } of expandPolicy(policy, { source: repository, signal })) {
    yield candidates.flatMap(({ source, targets }) =>
      targets.map((target) => ({ source, target, task: plannedCopy(policy, source, target) })),
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
    const task: PlannedTask = {
      ...plannedCopy(policy, source, target),
      action: missingSource ? "missing-source" : action,
      ...(sourceDigest !== undefined && { sourceDigest }),
      ...(typeof target.digest === "string" && { targetDigest: target.digest }),
    };
    return { source, target, task };
  });
}

function problem(policy: SyncPolicy, error: FerryError): RuleProblem {
  return {
    rule: policy.name,
    code: error.code,
    message: error.message,
    ...(error.hint !== undefined && { hint: error.hint }),
  };
}
