import { Permits } from "../base/permits.ts";
import type { Dispatcher, TaskMessage } from "../sync/dispatcher.ts";

/** Workers of this process. */
export interface LocalPool extends Dispatcher {
  /** Resolves when everything dispatched so far has been worked off. */
  idle(): Promise<void>;
}

/** How a local pool works. */
export interface LocalPoolOptions {
  /** Tasks at once. */
  readonly jobs: number;
  /** Works one task off; settles it itself, so a rejection here is a fault of the program. */
  readonly run: (message: TaskMessage) => Promise<void>;
}

/** Tasks that may wait for a worker before the orchestrator has to, per worker. */
const WAITING_PER_JOB = 4;

/** Makes a pool of workers in this process; its queue is bounded, so listing never runs ahead far. */
export function createLocalPool(options: LocalPoolOptions): LocalPool {
  const workers = new Permits(options.jobs);
  const admission = new Permits(options.jobs * (1 + WAITING_PER_JOB));
  const running = new Set<Promise<void>>();
  const faults: unknown[] = [];
  return {
    async dispatch(message) {
      const leave = await admission.acquire();
      const work = workers
        .with(() => options.run(message))
        .catch((fault: unknown) => {
          faults.push(fault);
        })
        .finally(() => {
          leave();
          running.delete(work);
        });
      running.add(work);
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
      if (faults.length > 0) throw faults.shift();
    },
  };
}
