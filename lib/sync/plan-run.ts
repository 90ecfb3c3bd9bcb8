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
  readonly tasks: PlannedTask[];
  readonly errors: RuleProblem[];
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
  const claims = createTargetClaims(policies);
  const comparer = createPolicyComparer(ports, { signal: options.signal, askSource: true });
  const plans = await mapLimited(policies, POLICIES_AT_ONCE, async (policy) => {
    const plan: PolicyPlan = { tasks: [], errors: [] };
    const fail = (error: FerryError) => plan.errors.push(problem(policy, error));
    const hooks: CompareHooks = {
      claim: (source, target) => claimOrTell(claims, { source, target }, fail),
      targetFailed: fail,
    };
    try {
      const pages = options.offline
        ? expandedPages(policy, hooks, { ports, signal: options.signal })
        : comparedPages(policy, hooks, comparer);
      for await (const page of pages) plan.tasks.push(...page);
    } catch (thrown) {
      options.signal.throwIfAborted();
      fail(withSide(thrown, "source"));
    }
    return plan;
  });
  return planReport(
    plans.flatMap(({ tasks }) => tasks),
    plans.flatMap(({ errors }) => errors),
  );
}

async function* expandedPages(
  policy: SyncPolicy,
  hooks: CompareHooks,
  context: { readonly ports: ComparePorts; readonly signal: AbortSignal },
): AsyncGenerator<readonly PlannedTask[]> {
  const source = context.ports.repositories.source(policy.source);
  for await (const page of expandPolicy(policy, { source, signal: context.signal })) {
    yield page.flatMap((candidate) =>
      candidate.targets
        .filter((target) => hooks.claim(candidate.source, target))
        .map((target) => plannedCopy(policy, candidate.source, target)),
    );
  }
}

async function* comparedPages(
  policy: SyncPolicy,
  hooks: CompareHooks,
  comparer: PolicyComparer,
): AsyncGenerator<readonly PlannedTask[]> {
  for await (const page of comparer.compare(policy, hooks)) {
    yield page.flatMap((comparison) => plannedTasks(policy, comparison));
  }
}

function claimOrTell(
  claims: TargetClaims,
  pair: { readonly source: ImageLocation; readonly target: ImageLocation },
  tell: (error: FerryError) => void,
): boolean {
  const answer = claims.take(pair.source, pair.target);
  if (answer === "conflict") tell(claims.conflict(pair.source, pair.target));
  return answer === "taken";
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

function plannedTasks(policy: SyncPolicy, comparison: Comparison): PlannedTask[] {
  const { candidate, sourceDigest, missingSource, sourceError } = comparison;
  if (sourceError !== undefined) throw sourceError;
  return comparison.verdicts.map(({ action, target }) => ({
    ...plannedCopy(policy, candidate.source, target),
    action: missingSource ? "missing-source" : action,
    ...(sourceDigest !== undefined && { sourceDigest }),
    ...(typeof target.digest === "string" && { targetDigest: target.digest }),
  }));
}

function problem(policy: SyncPolicy, error: FerryError): RuleProblem {
  return {
    rule: policy.name,
    code: error.code,
    message: error.message,
    ...(error.hint !== undefined && { hint: error.hint }),
  };
}
