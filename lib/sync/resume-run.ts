import type { Clock } from "../base/clock.ts";
import { formatReference } from "../oci/reference.ts";
import type { TaskLedger } from "../state/task-ledger.ts";
import type { TaskRow } from "../state/task-row.ts";
import type { Dispatcher, TaskOrder } from "./dispatcher.ts";
import type { EventSink } from "./events.ts";
import { decodeRecordOutcome } from "./outcome-wire.ts";
import { decodeTask } from "./task-wire.ts";

/** What going on with a run works with. */
export interface ResumeRunPorts {
  readonly tasks: TaskLedger;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly emit: EventSink;
}

/** Dispatches what a stored run left undone: failed, suspended and never started tasks. */
export async function resumeRun(runId: string, ports: ResumeRunPorts): Promise<void> {
  const { tasks, dispatcher, emit } = ports;
  const open: TaskRow[] = [];
  for await (const row of tasks.list(runId)) if (isOpen(row)) open.push(row);
  for (const row of open) {
    const { taskId } = row;
    emit({ type: "task.planned", taskId, ...openPairs(row) });
    const failed = row.state === "failed" || row.state === "poisoned";
    if (failed) await tasks.retry(runId, taskId);
    await dispatcher.dispatch([orderOf(runId, row, ports.clock.now())]);
  }
  emit({ type: "run.enumerated", runId, tasks: open.length });
}

/** A task that has to wait is worked on when it may be. */
function orderOf(runId: string, row: TaskRow, now: number): TaskOrder {
  const { taskId, state, epoch, notBefore = 0 } = row;
  const isRetried = state === "failed" || state === "poisoned";
  const delayMs = state === "waiting" ? Math.max(0, notBefore - now) : 0;
  return { runId, taskId, epoch: isRetried ? epoch + 1 : epoch, delayMs };
}

function isOpen({ state }: TaskRow): boolean {
  return state !== "copied" && state !== "unchanged" && state !== "skipped";
}

function openPairs(row: TaskRow): { readonly source: string; readonly targets: string[] } {
  const task = decodeTask(row.task);
  const { outcomes } = decodeRecordOutcome(row.outcome);
  const targets = task.targets
    .map(({ repository, reference }) => formatReference(repository, reference))
    .filter((name) => !["copied", "unchanged", "skipped"].includes(outcomes.get(name)?.kind ?? ""));
  return { source: formatReference(task.source.repository, task.source.reference), targets };
}
