import { noDeadline } from "../base/deadline.ts";
import { createLocalPool } from "../dispatch/local-pool.ts";
import type { TargetResult } from "../sync/copy-tag.ts";
import type { TaskMessage } from "../sync/dispatcher.ts";
import { type RunTaskPorts, runTask } from "../sync/run-task.ts";
import type { Workers } from "../sync/sync-run.ts";
import type { FailureRecord } from "../sync/task.ts";

/** How the workers of one run work. */
export interface LocalWorkersOptions {
  /** Tags at once. */
  readonly jobs: number;
  readonly signal: AbortSignal;
  /** Called after each task that failed. */
  readonly failed: () => void;
}

/** Makes workers that copy in this process. */
export function createLocalWorkers(ports: RunTaskPorts, options: LocalWorkersOptions): Workers {
  const { signal } = options;
  let retriable: string[] = [];

  const note = ({ taskId }: TaskMessage, failures: readonly FailureRecord[]): void => {
    if (failures.some((failure) => failure.retriable)) retriable.push(taskId);
    if (failures.length > 0) options.failed();
  };

  const work = async (message: TaskMessage): Promise<number | undefined> => {
    if (signal.aborted) return undefined;
    const end = await runTask(message, ports, { deadline: noDeadline, signal });
    if (end.kind === "settled") note(message, failuresOf(end.results));
    return end.kind === "handOn" && !signal.aborted ? end.delayMs : undefined;
  };

  const pool = createLocalPool({
    jobs: options.jobs,
    run: work,
    pause: (milliseconds) => ports.clock.sleep(milliseconds, signal).catch(() => undefined),
  });
  return {
    dispatch: pool.dispatch,
    idle: async () => {
      await pool.idle();
      await ports.blobs.flush();
    },
    takeRetriable: () => {
      const taken = retriable;
      retriable = [];
      return taken;
    },
  };
}

function failuresOf(results: readonly TargetResult[]): FailureRecord[] {
  return results.flatMap(({ outcome }) => (outcome.kind === "failed" ? [outcome.failure] : []));
}
