import { failureWords } from "./failure-record.ts";
import type { CopyPair, RunReport, SettledCopy } from "./report.ts";
import type { TargetOutcome } from "./task.ts";

/** One source→target pair of a run. */
export interface ReportedPair extends CopyPair {
  /** Left out: not settled yet. */
  readonly outcome?: TargetOutcome;
}

/** The lists of a report. */
export type ReportLists = Pick<
  RunReport,
  "copied" | "unchanged" | "failed" | "suspended" | "skipped"
>;

/** Sorts pairs into the lists of a report; what is not settled counts as suspended. */
export function sortPairs(pairs: readonly ReportedPair[]): ReportLists {
  return {
    copied: pairs.flatMap(({ source, target, outcome }) =>
      outcome?.kind === "copied" ? [settledCopy({ source, target }, outcome)] : [],
    ),
    unchanged: pairs.flatMap(({ source, target, outcome }) =>
      outcome?.kind === "unchanged" ? [settledCopy({ source, target }, outcome)] : [],
    ),
    failed: pairs.flatMap(({ source, target, outcome }) =>
      outcome?.kind === "failed" ? [{ source, target, ...failureWords(outcome.failure) }] : [],
    ),
    suspended: pairs.flatMap(({ source, target, outcome }) =>
      outcome === undefined || outcome.kind === "suspended" ? [{ source, target }] : [],
    ),
    skipped: pairs.flatMap(({ source, target, outcome }) =>
      outcome?.kind === "skipped" ? [{ source, target, reason: outcome.reason }] : [],
    ),
  };
}

function settledCopy(
  pair: CopyPair,
  outcome: TargetOutcome & { readonly kind: "copied" | "unchanged" },
): SettledCopy {
  const { sourceDigest, targetDigest } = outcome;
  const rewritten = outcome.kind === "copied" && outcome.rewritten;
  return { ...pair, sourceDigest, targetDigest, ...(rewritten && { rewritten }) };
}
