import type { Clock } from "../base/clock.ts";
import type { EventSink, SyncEvent } from "./events.ts";
import { failureWords } from "./failure-record.ts";
import type { RuleProblem, RuleWarning, RunReport } from "./report.ts";
import { type ReportedPair, type ReportLists, sortPairs } from "./report-lists.ts";

/** What the fold cannot learn from events. */
export interface ReportFoldOptions {
  readonly clock: Clock;
  /** Requests sent so far, by host; read when the report is made. Default: none. */
  readonly requests?: () => ReadonlyMap<string, number>;
}

/** Reads a run's events, and tells at any time what they add up to. */
export interface ReportFold {
  readonly sink: EventSink;
  report(): RunReport;
}

interface FoldState {
  /** By task and target, in the order in which they were planned; the last outcome counts. */
  readonly pairs: Map<string, ReportedPair>;
  readonly bytes: { copied: number; mounted: number; skipped: number };
  readonly rules: RuleProblem[];
  readonly warnings: RuleWarning[];
  policies: number;
  enumerated: boolean;
}

/**
 * Starts the fold of one run's events into its report.
 *
 * A pair that was planned and never settled counts as suspended, so that no task is ever lost; a
 * pair that is settled again, by a retry, has its last outcome and the bytes of all attempts.
 */
export function createReportFold(runId: string, options: ReportFoldOptions): ReportFold {
  const { clock } = options;
  const startedAt = clock.now();
  const startedMs = clock.monotonicMs();
  const state: FoldState = {
    pairs: new Map(),
    bytes: { copied: 0, mounted: 0, skipped: 0 },
    rules: [],
    warnings: [],
    policies: 0,
    enumerated: false,
  };
  return {
    sink: (event) => absorb(state, event),
    report: () => {
      const lists = sortPairs([...state.pairs.values()]);
      return {
        schemaVersion: 1,
        runId,
        startedAt: new Date(startedAt).toISOString(),
        finishedAt: new Date(clock.now()).toISOString(),
        elapsedMs: Math.round(clock.monotonicMs() - startedMs),
        enumerated: state.enumerated,
        totals: totalsOf(lists, state),
        bytes: { ...state.bytes },
        requests: Object.fromEntries(options.requests?.() ?? []),
        ...lists,
        rules: [...state.rules],
        warnings: [...state.warnings],
      };
    },
  };
}

function absorb(state: FoldState, event: SyncEvent): void {
  switch (event.type) {
    case "run.started":
      state.policies += event.policies;
      break;
    case "rule.failed":
      state.rules.push({ rule: event.policy, ...failureWords(event.failure) });
      break;
    case "rule.warned":
      state.warnings.push({ rule: event.policy, message: event.message });
      break;
    case "task.planned":
      for (const target of event.targets) plan(state, event.taskId, event.source, target);
      break;
    case "target.settled":
      settle(state, event);
      break;
    case "run.enumerated":
      state.enumerated = true;
      break;
  }
}

function pairKey(taskId: string, target: string): string {
  return `${taskId}\n${target}`;
}

function plan(state: FoldState, taskId: string, source: string, target: string): void {
  const key = pairKey(taskId, target);
  if (!state.pairs.has(key)) state.pairs.set(key, { source, target });
}

function settle(state: FoldState, event: SyncEvent & { readonly type: "target.settled" }): void {
  const { source, target, outcome, transfer } = event;
  state.pairs.set(pairKey(event.taskId, target), { source, target, outcome });
  state.bytes.copied += transfer.bytesCopied;
  state.bytes.mounted += transfer.bytesMounted;
  state.bytes.skipped += transfer.bytesSkipped;
}

function totalsOf(lists: ReportLists, state: FoldState): RunReport["totals"] {
  const copied = lists.copied.length;
  const unchanged = lists.unchanged.length;
  const failed = lists.failed.length;
  const suspended = lists.suspended.length;
  const failedRules = new Set(state.rules.map(({ rule }) => rule)).size;
  return {
    planned: copied + unchanged + failed + suspended,
    copied,
    unchanged,
    failed,
    suspended,
    skipped: lists.skipped.length,
    rules: { total: Math.max(state.policies, failedRules), failed: failedRules },
  };
}
