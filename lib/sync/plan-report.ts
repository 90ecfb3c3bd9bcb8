import type { CostEstimate } from "./estimate-cost.ts";
import type { CopyPair, RuleProblem } from "./report.ts";

/** What a run would do with one source→target pair. */
export type PlannedAction = "copy" | "unchanged" | "missing-source";

/** One source→target pair of a plan. */
export interface PlannedTask extends CopyPair {
  readonly action: PlannedAction;
  /** Left out when the source has none, or was not asked. */
  readonly sourceDigest?: string;
  /** Left out when the target has none, or was not asked. */
  readonly targetDigest?: string;
  /** Name of the policy that asks for it. */
  readonly policy: string;
}

/** How many pairs of a plan have which action. */
interface PlanTotals {
  readonly tasks: number;
  readonly copy: number;
  readonly unchanged: number;
  readonly missingSource: number;
  readonly errors: number;
}

/** What a run would do; the document of `plan --format json`. Fields are only ever added. */
export interface PlanReport {
  readonly schemaVersion: 1;
  /** In the order in which rules and tags are listed. */
  readonly tasks: readonly PlannedTask[];
  readonly errors: readonly RuleProblem[];
  readonly totals: PlanTotals;
  /** What a pipeline would cost that does it; only when that was asked for. */
  readonly cost?: CostEstimate;
}

/** Puts tasks and rule problems together as a report. */
export function planReport(
  tasks: readonly PlannedTask[],
  errors: readonly RuleProblem[],
): PlanReport {
  const count = (action: PlannedAction) => tasks.filter((task) => task.action === action).length;
  return {
    schemaVersion: 1,
    tasks,
    errors,
    totals: {
      tasks: tasks.length,
      copy: count("copy"),
      unchanged: count("unchanged"),
      missingSource: count("missing-source"),
      errors: errors.length,
    },
  };
}
