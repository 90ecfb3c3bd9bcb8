import { exponentialBackoff } from "../base/backoff.ts";
import type { Random } from "../base/random.ts";
import type { Claim, SettledState } from "../state/task-ledger.ts";
import type { TargetResult } from "./copy-tag.ts";
import type { TargetOutcome } from "./task.ts";

/** What is to become of a task after one claim. */
export interface TaskVerdict {
  readonly state: SettledState;
  /** When it is not over: not again before so long. */
  readonly delayMs: number;
  /** A failure that may pass made it wait. */
  readonly failed: boolean;
}

/** What a verdict is made of. */
export interface TaskEvidence {
  readonly claim: Pick<Claim, "claims" | "failures">;
  /** Of all targets, of this claim and earlier ones. */
  readonly outcomes: Iterable<TargetOutcome>;
  readonly results: readonly TargetResult[];
  /** Something arrived under this claim that no later one has to bring again. */
  readonly progressed: boolean;
  /** Failures that may pass are waited out; left out: they are reported at once. */
  readonly patience?: { readonly random: Random };
}

/** So many failures in a row, without any progress between, are final. */
const FAILURES_MAX = 5;
const BACKOFF = { baseMs: 10_000, capMs: 300_000 };

/** Decides whether a task is over, and when it is to be gone on with if not. */
export function verdictOf(evidence: TaskEvidence): TaskVerdict {
  const state = worstOf(evidence.outcomes);
  const pauses = pausesOf(evidence);
  if (state !== "suspended" && pauses.length === 0) return { state, delayMs: 0, failed: false };
  const delayMs = Math.max(0, ...pauses.map((pause) => pause.delayMs));
  if (delayMs === 0) return { state: "suspended", delayMs: pauseInVainMs(evidence), failed: false };
  return { state: "waiting", delayMs, failed: pauses.some(({ failed }) => failed) };
}

/** Cut off for want of time and not a step further: the next one may do better after a while. */
function pauseInVainMs(evidence: TaskEvidence): number {
  const { progressed, claim } = evidence;
  const again = claim.claims - 2;
  return progressed || again < 0 ? 0 : backoffMs(evidence, again);
}

interface Pause {
  readonly delayMs: number;
  /** It counts as a failure; a host's own wish does not. */
  readonly failed: boolean;
}

/** What keeps targets from being gone on with at once. */
function pausesOf(evidence: TaskEvidence): readonly Pause[] {
  return evidence.results.flatMap(({ outcome, resumeInMs }): readonly Pause[] => {
    if (outcome.kind === "suspended") return [{ delayMs: resumeInMs ?? 0, failed: false }];
    const isPassing = outcome.kind === "failed" && outcome.failure.retriable;
    return isPassing ? pauseAfterFailure(evidence, resumeInMs) : [];
  });
}

/** A registry's wish is followed; any other failure that may pass is waited out a few times. */
function pauseAfterFailure(evidence: TaskEvidence, askedMs: number | undefined): readonly Pause[] {
  const { claim, progressed, patience } = evidence;
  if (patience === undefined) return [];
  if (askedMs !== undefined) return [{ delayMs: askedMs, failed: false }];
  const before = progressed ? 0 : claim.failures;
  if (before + 1 >= FAILURES_MAX) return [];
  return [{ delayMs: backoffMs(evidence, before), failed: true }];
}

function backoffMs({ patience }: TaskEvidence, attempt: number): number {
  if (patience === undefined) return 0;
  return exponentialBackoff(patience.random, BACKOFF, attempt).delayMs;
}

/** Worst first: a task is done only when all of its targets are. */
const STATES = ["suspended", "failed", "copied", "unchanged", "skipped"] as const;

function worstOf(outcomes: Iterable<TargetOutcome>): (typeof STATES)[number] {
  const kinds = new Set([...outcomes].map(({ kind }) => kind));
  return STATES.find((state) => kinds.has(state)) ?? "skipped";
}
