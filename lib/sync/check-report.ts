import type { CopyPair, RuleProblem, RunReport } from "./report.ts";

/**
 * How far a check looks: at the digests of tags; at everything below them, as the target tells of
 * it; or at every byte.
 */
export type CheckDepth = "tags" | "content" | "data";

/** What a target lacks, or has otherwise than a sync would have made it. */
export type DriftKind =
  | "missing-tag"
  | "other-digest"
  | "missing-manifest"
  | "damaged-manifest"
  | "missing-blob"
  | "wrong-size"
  | "damaged-blob"
  | "missing-referrer";

/** One difference between a target and what a sync would have made of it. */
export interface Drift {
  readonly kind: DriftKind;
  /** The content that is missing or damaged; left out where the tag itself differs. */
  readonly digest?: string;
  /** The tag beside the image that is missing or differs, such as cosign's for signatures. */
  readonly tag?: string;
  /** The manifest that the missing or damaged content refers to. */
  readonly subject?: string;
  /** Length by the manifest. */
  readonly wantedBytes?: number;
  /** Length at the target, where it tells. */
  readonly foundBytes?: number;
}

/** How one pair came out. `skipped`: no platform of it is wanted. `failed`: it could not be told. */
export type CheckedState = "equal" | "drifted" | "missing-source" | "skipped" | "failed";

/** One source→target pair of a check. */
export interface CheckedTag extends CopyPair {
  /** Name of the policy that asks for it. */
  readonly policy: string;
  readonly state: CheckedState;
  /** Left out when the source has none, or could not be asked. */
  readonly sourceDigest?: string;
  /** What a sync would put there, when that is not the source's: a platform filter makes it new. */
  readonly wantedDigest?: string;
  /** Left out when the target has none, or could not be asked. */
  readonly targetDigest?: string;
  /** Empty unless it has drifted. */
  readonly drift: readonly Drift[];
  /** The state says that it is done, or that the missing content is there: a sync would pass by. */
  readonly staleState?: true;
  /** Only after a repair of what had drifted: whether the target is as wanted now. */
  readonly repaired?: boolean;
  /** What a repair could not mend. */
  readonly left?: readonly Drift[];
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
}

/** What was asked of targets below their tags; what tags of a repository share counts once. */
export interface LookedAt {
  readonly manifests: number;
  readonly blobs: number;
  /** Bytes of blobs that were read. */
  readonly bytesRead: number;
}

/** How many pairs of a check came out how; the first is the sum of the next five. */
export interface CheckTotals extends LookedAt {
  readonly tags: number;
  readonly equal: number;
  readonly drifted: number;
  readonly missingSource: number;
  readonly skipped: number;
  readonly failed: number;
  /** Of those that drifted. */
  readonly staleState: number;
  /** Of those that drifted. */
  readonly repaired: number;
  readonly errors: number;
}

/** What a check found; the document of `check --format json`. Fields are only ever added. */
export interface CheckReport {
  readonly schemaVersion: 1;
  readonly depth: CheckDepth;
  /** In the order in which rules and tags are listed. */
  readonly tags: readonly CheckedTag[];
  readonly errors: readonly RuleProblem[];
  readonly totals: CheckTotals;
  /** The run that copied what had drifted; only when one was asked for and something had. */
  readonly repair?: RunReport;
}

/** What a report is made of. */
export interface CheckFindings {
  readonly depth: CheckDepth;
  readonly tags: readonly CheckedTag[];
  readonly errors: readonly RuleProblem[];
  readonly lookedAt: LookedAt;
}

/** Puts what was found together as a report. */
export function checkReport({ depth, tags, errors, lookedAt }: CheckFindings): CheckReport {
  const count = (state: CheckedState) => tags.filter((tag) => tag.state === state).length;
  return {
    schemaVersion: 1,
    depth,
    tags,
    errors,
    totals: {
      tags: tags.length,
      equal: count("equal"),
      drifted: count("drifted"),
      missingSource: count("missing-source"),
      skipped: count("skipped"),
      failed: count("failed"),
      staleState: tags.filter(({ staleState }) => staleState).length,
      repaired: tags.filter(({ repaired }) => repaired).length,
      errors: errors.length,
      ...lookedAt,
    },
  };
}

/** The same report with rules that were refused before anything was looked at. */
export function withErrors(report: CheckReport, problems: readonly RuleProblem[]): CheckReport {
  const errors = [...problems, ...report.errors];
  return { ...report, errors, totals: { ...report.totals, errors: errors.length } };
}

/** A target that differed and that nobody has mended. */
export function isAdrift({ state, repaired }: CheckedTag): boolean {
  return state === "drifted" && repaired !== true;
}

/**
 * The report of a check with what a repair came to.
 *
 * @param after a second look at what had drifted; left out: the repair was stopped before it.
 */
export function withRepair(
  before: CheckReport,
  repair: RunReport,
  after: CheckReport | undefined,
): CheckReport {
  const second = new Map(after?.tags.map((tag) => [tag.target, tag]));
  const tags = before.tags.map((tag): CheckedTag => {
    if (tag.state !== "drifted") return tag;
    const now = second.get(tag.target);
    const left = now?.drift ?? [];
    return { ...tag, repaired: now?.state === "equal", ...(left.length > 0 && { left }) };
  });
  const { depth, errors, totals } = before;
  const { manifests, blobs, bytesRead } = totals;
  return {
    ...checkReport({ depth, tags, errors, lookedAt: { manifests, blobs, bytesRead } }),
    repair,
  };
}
