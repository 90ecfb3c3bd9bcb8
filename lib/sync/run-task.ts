import { anySignal } from "../base/any-signal.ts";
import { FerryError } from "../base/error.ts";
import type { Random } from "../base/random.ts";
import { formatReference } from "../oci/reference.ts";
import { holdLease } from "../state/hold-lease.ts";
import type { Claim, TaskLedger } from "../state/task-ledger.ts";
import { type CopyTagPorts, copyTag, type TargetResult } from "./copy-tag.ts";
import type { TaskMessage } from "./dispatcher.ts";
import type { EventSink } from "./events.ts";
import { failureRecord } from "./failure-record.ts";
import { referenceText } from "./known-targets.ts";
import { decodeRecordOutcome, encodeRecordOutcome } from "./outcome-wire.ts";
import type { CostMeter, CostReading } from "./run-cost.ts";
import type { SharedLimits } from "./shared-limits.ts";
import type { ImageLocation, TagTask, TargetOutcome, TaskTarget } from "./task.ts";
import { optionsHash } from "./task-identity.ts";
import { addToRecord, countsSince, type SpentWork } from "./task-record.ts";
import { verdictOf } from "./task-verdict.ts";
import { decodeTask } from "./task-wire.ts";
import { withinLimits } from "./within-limits.ts";
import { startWorkTime, type WorkOptions, type WorkTime } from "./work-time.ts";

/** What a worker works with. */
export interface RunTaskPorts extends CopyTagPorts {
  readonly tasks: TaskLedger;
  readonly emit: EventSink;
  /** Names this worker in leases. */
  readonly owner: string;
  /**
   * Given where tasks are invocations: failures that may pass are waited out between them, and
   * what was compared may be old. Left out in a run of this process, which has rounds of its own.
   */
  readonly patience?: { readonly random: Random };
  /** Given where many processes share what registries may be asked. */
  readonly limits?: SharedLimits;
  /** Requests sent by this process so far, by host; only where it works on one task at a time. */
  readonly requests?: ReadonlyMap<string, number>;
  /** Measures what an invocation costs, where somebody is billed for it. */
  readonly meter?: CostMeter;
}

/** How an invocation's work on a task ended. */
export type TaskEnd =
  /** The task has ended; or, locally, failed in a way that a retry round may mend. */
  | { readonly kind: "settled"; readonly results: readonly TargetResult[] }
  /** The task is done, somebody else's, not due yet, or was lost on the way. */
  | { readonly kind: "notOurs" }
  /** There is more to do, not before `delayMs`; `epoch` is the row's. */
  | {
      readonly kind: "handOn";
      readonly results: readonly TargetResult[];
      readonly delayMs: number;
      readonly epoch: number;
    };

/** More claims of one task than this are a loop, whatever progress they report. */
const EPOCHS_MAX = 10_000;
/** A task is handed on a little after it is due: clocks differ. */
const LATE_MS = 500;

const NOT_OURS: TaskEnd = { kind: "notOurs" };

/**
 * Claims one task, copies it and settles its row; targets that an earlier attempt brought to a
 * good end are left alone. A worker that lost its claim stops and writes nothing.
 */
export async function runTask(
  message: TaskMessage,
  ports: RunTaskPorts,
  options: WorkOptions,
): Promise<TaskEnd> {
  const { runId, taskId } = message;
  const { tasks, clock, owner } = ports;
  const time = startWorkTime(options, clock);
  try {
    const sinceMs = clock.monotonicMs();
    const cost = ports.meter?.();
    const claim = await tasks.claim(runId, taskId, { owner, leaseMs: time.leaseMs });
    if (claim === undefined) return NOT_OURS;
    return await workOn({ claim, sinceMs, cost, task: openPart(claim) }, ports, time);
  } finally {
    time.end();
  }
}

interface ClaimedTask {
  readonly claim: Claim;
  /** Monotonic time before it was claimed. */
  readonly sinceMs: number;
  /** What the invocation has cost so far; left out: nobody measures. */
  readonly cost: CostReading | undefined;
  /** With the targets that are not done. */
  readonly task: TagTask;
}

function openPart(claim: Claim): TagTask {
  const whole = decodeTask(claim.task);
  const { outcomes } = decodeRecordOutcome(claim.outcome);
  return { ...whole, targets: whole.targets.filter((target) => isOpen(target, outcomes)) };
}

function isOpen(target: ImageLocation, earlier: ReadonlyMap<string, TargetOutcome>): boolean {
  const kind = earlier.get(nameOf(target))?.kind;
  return kind === undefined || kind === "failed" || kind === "suspended";
}

async function workOn(
  { claim, sinceMs, cost, task }: ClaimedTask,
  ports: RunTaskPorts,
  time: WorkTime,
): Promise<TaskEnd> {
  const { tasks, clock, requests } = ports;
  const requestsBefore = new Map(requests);
  let progressed = false;
  const onProgress = (): void => {
    progressed = true;
  };
  const held = holdLease(claim, {
    clock,
    leaseMs: claim.leaseMs,
    sinceMs,
    renew: (current) => tasks.renew(current, { progressed }),
  });
  try {
    const source = nameOf(task.source);
    ports.emit({ type: "task.started", taskId: task.id, source, attempt: claim.claims });
    const signal = anySignal([time.signal, held.signal]);
    const results = await copyUnlessEndless(claim, task, { ports, time, signal, onProgress });
    await held.stop();
    if (held.signal.aborted) return NOT_OURS;
    await remember(task, results, ports);
    const elapsedMs = Math.round(clock.monotonicMs() - sinceMs);
    const spent = requests && {
      elapsedMs,
      requests: countsSince(requestsBefore, requests),
      ...(cost && { cost: cost() }),
    };
    const work: DoneWork = { claim: held.current(), task, results, progressed, spent };
    return await settle(work, ports);
  } finally {
    await held.stop();
  }
}

async function copyUnlessEndless(
  claim: Claim,
  task: TagTask,
  work: {
    readonly ports: RunTaskPorts;
    readonly time: WorkTime;
    readonly signal: AbortSignal;
    readonly onProgress: () => void;
  },
): Promise<readonly TargetResult[]> {
  const { ports, time, signal, onProgress } = work;
  if (claim.epoch > EPOCHS_MAX) return task.targets.map(endless);
  const { deadline } = time;
  const comparedHere = ports.patience === undefined;
  const begunBefore = !comparedHere && claim.epoch > 1;
  const scope = { owner: claim.owner, deadline, onProgress, comparedHere, begunBefore };
  return withinLimits(task, ports.limits, { deadline, signal }, (inTime) =>
    copyTag(task, ports, { ...scope, signal: inTime }),
  );
}

/** Writes down what is known to be there, before the task counts as done. */
async function remember(
  task: TagTask,
  results: readonly TargetResult[],
  { watermarks, blobs, patience }: RunTaskPorts,
): Promise<void> {
  const hash = optionsHash(task.options);
  for (const { target, outcome, marked } of results) {
    if (marked || (outcome.kind !== "copied" && outcome.kind !== "unchanged")) continue;
    const { sourceDigest, targetDigest } = outcome;
    const mark = { tag: referenceText(target), sourceDigest, targetDigest, optionsHash: hash };
    await watermarks.write(task.source.repository, target.repository, mark);
  }
  // The next worker is another process.
  if (patience !== undefined) await blobs.flush();
}

interface DoneWork {
  readonly claim: Claim;
  readonly task: TagTask;
  readonly results: readonly TargetResult[];
  readonly progressed: boolean;
  readonly spent: SpentWork | undefined;
}

async function settle(work: DoneWork, ports: RunTaskPorts): Promise<TaskEnd> {
  const { claim, results, progressed } = work;
  const { tasks, clock, patience } = ports;
  const record = addToRecord(decodeRecordOutcome(claim.outcome), resultsByName(work), work.spent);
  const outcomes = record.outcomes.values();
  const verdict = verdictOf({
    claim,
    outcomes,
    results,
    progressed,
    ...(patience && { patience }),
  });
  const { state, delayMs, failed } = verdict;
  const isSettled = await tasks.settle(claim, state, encodeRecordOutcome(record), {
    progressed,
    failed,
    ...(state === "waiting" && { notBefore: clock.now() + delayMs }),
  });
  if (!isSettled) return NOT_OURS;
  const isOver = state !== "suspended" && state !== "waiting";
  for (const result of results) tell(work.task, isOver ? result : postponed(result), ports.emit);
  if (isOver) return { kind: "settled", results };
  const margin = delayMs === 0 ? 0 : LATE_MS;
  return { kind: "handOn", results, delayMs: delayMs + margin, epoch: claim.epoch };
}

function resultsByName({ results }: DoneWork): ReadonlyMap<string, TargetResult> {
  return new Map(results.map((result) => [nameOf(result.target), result]));
}

/** What failed and is tried again has not failed yet. */
function postponed(result: TargetResult): TargetResult {
  const { outcome } = result;
  const isFailed = outcome.kind === "failed" && outcome.failure.retriable;
  return isFailed ? { ...result, outcome: { kind: "suspended" } } : result;
}

function tell(task: TagTask, { target, outcome, transfer }: TargetResult, emit: EventSink): void {
  emit({
    type: "target.settled",
    taskId: task.id,
    source: nameOf(task.source),
    target: nameOf(target),
    outcome,
    transfer: { ...transfer },
  });
}

function endless(target: TaskTarget): TargetResult {
  const error = new FerryError(`${nameOf(target)} was begun ${EPOCHS_MAX} times`, {
    code: "HOPS_EXHAUSTED",
    remedy: "giveUp",
    hint: "Give workers more time or memory, then retry the run.",
  });
  const transfer = { bytesCopied: 0, bytesMounted: 0, bytesSkipped: 0 };
  const outcome: TargetOutcome = { kind: "failed", failure: failureRecord(error) };
  return { target, outcome, transfer, marked: false };
}

function nameOf({ repository, reference }: ImageLocation): string {
  return formatReference(repository, reference);
}
