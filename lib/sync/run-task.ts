import { formatReference } from "../oci/reference.ts";
import type { Claim, SettledState, TaskLedger } from "../state/task-ledger.ts";
import type { Watermarks } from "../state/watermarks.ts";
import { referenceText } from "./compare-policy.ts";
import { type CopyTagPorts, copyTag, type TargetResult } from "./copy-tag.ts";
import type { TaskMessage } from "./dispatcher.ts";
import type { EventSink } from "./events.ts";
import { decodeOutcomes, encodeOutcomes } from "./outcome-wire.ts";
import type { ImageLocation, TagTask, TargetOutcome } from "./task.ts";
import { optionsHash } from "./task-identity.ts";
import { decodeTask } from "./task-wire.ts";

/** What a worker works with. */
export interface RunTaskPorts extends CopyTagPorts {
  readonly tasks: TaskLedger;
  readonly watermarks: Watermarks;
  readonly emit: EventSink;
  /** Names this worker in leases. */
  readonly owner: string;
}

/** Long enough for a pause of the process, short enough for another to take over soon. */
const LEASE_MS = 90_000;
const RENEW_MS = LEASE_MS / 3;

/**
 * Claims one task, copies it and settles its row; targets that an earlier attempt brought to a
 * good end are left alone.
 *
 * @returns the results of this attempt; `undefined` when the task is done or somebody else's.
 */
export async function runTask(
  message: TaskMessage,
  ports: RunTaskPorts,
  signal: AbortSignal,
): Promise<readonly TargetResult[] | undefined> {
  const { runId, taskId } = message;
  const claim = await ports.tasks.claim(runId, taskId, { owner: ports.owner, leaseMs: LEASE_MS });
  if (claim === undefined) return undefined;
  const held = hold(claim, ports);
  try {
    const whole = decodeTask(claim.task);
    const earlier = decodeOutcomes(claim.outcome);
    const task = { ...whole, targets: whole.targets.filter((target) => isOpen(target, earlier)) };
    const source = nameOf(task.source);
    ports.emit({ type: "task.started", taskId, source, attempt: claim.claims });
    const results = await copyTag(task, ports, signal);
    const outcomes = new Map(earlier);
    for (const { target, outcome } of results) outcomes.set(nameOf(target), outcome);
    await rememberAll(task, results, ports);
    await held.release();
    await ports.tasks.settle(held.current(), stateOf(outcomes), encodeOutcomes(outcomes), {
      progressed: results.some(({ transfer }) => transfer.bytesCopied > 0),
    });
    for (const result of results) tell(task, result, ports.emit);
    return results;
  } finally {
    await held.release();
  }
}

/** A claim that is kept while its work lasts. */
interface HeldClaim {
  /** The claim as it was renewed last. */
  current(): Claim;
  /** Stops renewing, after a renewal under way. */
  release(): Promise<void>;
}

/** Renews the lease while the copy lasts; a lease that is lost shows when the task is settled. */
function hold(claim: Claim, { tasks, clock }: RunTaskPorts): HeldClaim {
  let current = claim;
  let renewing: Promise<void> = Promise.resolve();
  let cancel = (): void => undefined;
  const renewLater = (): void => {
    cancel = clock.schedule(RENEW_MS, () => {
      renewing = tasks.renew(current).then((renewed) => {
        if (renewed === undefined) return;
        current = renewed;
        renewLater();
      }, renewLater);
    });
  };
  renewLater();
  return {
    current: () => current,
    release: () => {
      cancel();
      return renewing.finally(() => cancel());
    },
  };
}

function isOpen(target: ImageLocation, earlier: ReadonlyMap<string, TargetOutcome>): boolean {
  const kind = earlier.get(nameOf(target))?.kind;
  return kind === undefined || kind === "failed" || kind === "suspended";
}

async function rememberAll(
  task: TagTask,
  results: readonly TargetResult[],
  { watermarks }: RunTaskPorts,
): Promise<void> {
  const hash = optionsHash(task.options);
  for (const { target, outcome } of results) {
    if (outcome.kind !== "copied" && outcome.kind !== "unchanged") continue;
    const { sourceDigest, targetDigest } = outcome;
    const mark = { tag: referenceText(target), sourceDigest, targetDigest, optionsHash: hash };
    await watermarks.write(task.source.repository, target.repository, mark);
  }
}

/** Worst first: a task is done only when all of its targets are. */
const STATES = ["suspended", "failed", "copied", "unchanged", "skipped"] as const;

function stateOf(outcomes: ReadonlyMap<string, TargetOutcome>): SettledState {
  const kinds = new Set([...outcomes.values()].map(({ kind }) => kind));
  return STATES.find((state) => kinds.has(state)) ?? "skipped";
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

function nameOf({ repository, reference }: ImageLocation): string {
  return formatReference(repository, reference);
}
