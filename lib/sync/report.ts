import type { RunCost } from "./run-cost.ts";

/** Names one copy: whole names, `host/repo:tag` or `host/repo@digest`. */
export interface CopyPair {
  readonly source: string;
  readonly target: string;
}

/** A target that holds the source's content now. */
export interface SettledCopy extends CopyPair {
  readonly sourceDigest: string;
  readonly targetDigest: string;
  /** A platform filter made a new index: the digests differ. */
  readonly rewritten?: true;
}

/** A target that was left out by the policy's own words. */
interface SkippedCopy extends CopyPair {
  readonly reason: string;
}

/** A target that could not be written. */
export interface FailedCopy extends CopyPair {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** A rule that gave no tasks, or not all of them. */
export interface RuleProblem {
  /** Name of the policy; the rule's text where the format has no names. */
  readonly rule: string;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** What a rule told that worked all the same. */
export interface RuleWarning {
  /** Name of the policy. */
  readonly rule: string;
  readonly message: string;
}

/** How many source→target pairs ended how; `planned` = copied + unchanged + failed + suspended. */
export interface RunTotals {
  readonly planned: number;
  readonly copied: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly suspended: number;
  /** Left out by the policy's own words, or gone at the source: outside `planned`. */
  readonly skipped: number;
  readonly rules: { readonly total: number; readonly failed: number };
}

/** What a run did; the document of `sync --format json`. Fields are only ever added. */
export interface RunReport {
  readonly schemaVersion: 1;
  readonly runId: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /** RFC 3339. */
  readonly finishedAt: string;
  readonly elapsedMs: number;
  /** Every rule was listed to its end: nothing is missing from the totals. */
  readonly enumerated: boolean;
  /** Somebody asked it to stop: that is why the suspended copies were not made. */
  readonly cancelled?: true;
  readonly totals: RunTotals;
  readonly bytes: { readonly copied: number; readonly mounted: number; readonly skipped: number };
  /** Requests sent, by host. */
  readonly requests: Readonly<Record<string, number>>;
  /** What a cloud bills of it; left out where nobody is billed. */
  readonly cost?: RunCost;
  readonly copied: readonly SettledCopy[];
  readonly unchanged: readonly SettledCopy[];
  readonly failed: readonly FailedCopy[];
  readonly suspended: readonly CopyPair[];
  readonly skipped: readonly SkippedCopy[];
  readonly rules: readonly RuleProblem[];
  readonly warnings: readonly RuleWarning[];
}

/** What is known of a run without reading its tasks. */
export interface RunSummary {
  readonly runId: string;
  readonly state: "running" | "suspended" | "finished";
  /** RFC 3339. */
  readonly startedAt: string;
  /** RFC 3339; only when it has finished. */
  readonly finishedAt?: string;
  readonly totals: RunTotals;
}

/** How one source→target pair of a stored run stands. */
export interface TaskStanding extends CopyPair {
  readonly state:
    | "pending"
    | "running"
    | "waiting"
    | "copied"
    | "unchanged"
    | "skipped"
    | "suspended"
    | "failed"
    | "poisoned";
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
}

/** A stored run with all of its tasks. */
export interface RunDetail extends RunSummary {
  readonly tasks: readonly TaskStanding[];
  readonly rules: readonly RuleProblem[];
}

/** Tells whether a run left nothing to be done: the only case in which a process may exit with 0. */
export function isFullySuccessful(report: RunReport): boolean {
  const { failed, suspended, rules } = report.totals;
  return report.enumerated && failed + suspended + rules.failed === 0;
}

/** The same report with rules that were refused before the run began, such as misspelt ones. */
export function withRuleProblems(report: RunReport, problems: readonly RuleProblem[]): RunReport {
  if (problems.length === 0) return report;
  const { total, failed } = report.totals.rules;
  const rules = { total: total + problems.length, failed: failed + problems.length };
  return {
    ...report,
    totals: { ...report.totals, rules },
    rules: [...problems, ...report.rules],
  };
}
