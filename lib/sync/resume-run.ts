import { formatReference } from "../oci/reference.ts";
import type { TaskLedger } from "../state/task-ledger.ts";
import type { TaskRow } from "../state/task-row.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { EventSink } from "./events.ts";
import { decodeOutcomes } from "./outcome-wire.ts";
import { decodeTask } from "./task-wire.ts";

/** What going on with a run works with. */
export interface ResumeRunPorts {
  readonly tasks: TaskLedger;
  readonly dispatcher: Dispatcher;
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
    if (row.state === "failed" || row.state === "poisoned") await tasks.retry(runId, taskId);
    await dispatcher.dispatch({ runId, taskId });
  }
  emit({ type: "run.enumerated", runId, tasks: open.length });
}

function isOpen({ state }: TaskRow): boolean {
  return state !== "copied" && state !== "unchanged" && state !== "skipped";
}

function openPairs(row: TaskRow): { readonly source: string; readonly targets: string[] } {
  const task = decodeTask(row.task);
  const ended = decodeOutcomes(row.outcome);
  const targets = task.targets
    .map(({ repository, reference }) => formatReference(repository, reference))
    .filter((name) => !["copied", "unchanged", "skipped"].includes(ended.get(name)?.kind ?? ""));
  return { source: formatReference(task.source.repository, task.source.reference), targets };
}
