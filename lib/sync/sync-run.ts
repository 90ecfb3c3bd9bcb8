import type { Clock } from "../base/clock.ts";
import type { RunLedger } from "../state/run-ledger.ts";
import type { JsonValue } from "../state/state-table.ts";
import type { TaskLedger } from "../state/task-ledger.ts";
import type { TaskMessage } from "./dispatcher.ts";
import type { EventSink } from "./events.ts";
import type { RunNotices } from "./run-notices.ts";

/** Works tasks off in this process, and tells how they ended. */
export interface Workers {
  /** Waits while the workers have enough to do. */
  dispatch(messages: readonly TaskMessage[]): Promise<void>;
  /** Resolves when everything dispatched so far has ended. */
  idle(): Promise<void>;
  /** Tasks that ended since the last call with a failure that may pass. */
  takeRetriable(): readonly string[];
}

/** What driving a run works with. */
export interface SyncRunPorts {
  readonly runs: RunLedger;
  readonly tasks: TaskLedger;
  readonly workers: Workers;
  readonly clock: Clock;
  readonly emit: EventSink;
  /** Left out: nobody is told. */
  readonly notices?: RunNotices | undefined;
}

/** How a run is driven. */
export interface SyncRunOptions {
  readonly runId: string;
  /** Rounds for failed tasks after all others. */
  readonly retries: number;
  readonly signal: AbortSignal;
  /** What is kept of the run at its end. */
  readonly summary: () => Promise<JsonValue>;
}

/** Somebody waits for the end of the process. */
const TELL_MS_MAX = 20_000;

/**
 * Drives a run in this process: dispatches what `begin` finds, waits for it, tries failed tasks
 * again after all others, and closes the run. An abort leaves it interrupted, to be gone on with.
 */
export async function driveRun(
  begin: () => Promise<void>,
  ports: SyncRunPorts,
  options: SyncRunOptions,
): Promise<void> {
  const { runs, workers, clock, emit } = ports;
  const { runId, signal } = options;
  const startedMs = clock.monotonicMs();
  try {
    await begin();
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await workers.idle();
  }
  await retryRounds(ports, options);
  const elapsedMs = Math.round(clock.monotonicMs() - startedMs);
  emit({ type: "run.finished", runId, elapsedMs });
  const summary = await options.summary();
  await ports.notices?.note(runId);
  if (signal.aborted) await runs.interrupt(runId, summary);
  else await runs.finish(runId, summary);
  await ports.notices?.tell(TELL_MS_MAX);
}

async function retryRounds(ports: SyncRunPorts, options: SyncRunOptions): Promise<void> {
  const { tasks, workers, emit } = ports;
  const { runId, signal } = options;
  let failed = workers.takeRetriable();
  for (let round = 1; round <= options.retries && failed.length > 0; round++) {
    for (const taskId of failed) {
      if (signal.aborted) return;
      await tasks.retry(runId, taskId);
      emit({ type: "task.retried", taskId, round });
      await workers.dispatch([{ runId, taskId }]);
    }
    await workers.idle();
    failed = workers.takeRetriable();
  }
}
