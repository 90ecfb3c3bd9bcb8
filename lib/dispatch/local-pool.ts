import { Permits } from "../base/permits.ts";
import type { TaskMessage } from "../sync/dispatcher.ts";

/** A task for a worker of this process. */
interface LocalOrder extends TaskMessage {
  /** Not before this long; 0 when left out. */
  readonly delayMs?: number;
}

/** Workers of this process. */
export interface LocalPool {
  /** Waits while the workers have enough to do. */
  dispatch(orders: readonly LocalOrder[]): Promise<void>;
  /** Resolves when everything dispatched so far has been worked off. */
  idle(): Promise<void>;
}

/** How a local pool works. */
export interface LocalPoolOptions {
  /** Tasks at once. */
  readonly jobs: number;
  /**
   * Works one task off; settles it itself, so a rejection here is a fault of the program.
   *
   * @returns after how many milliseconds it is to be worked on again; `undefined`: it has ended.
   */
  readonly run: (message: TaskMessage) => Promise<number | undefined>;
  /** Waits so many milliseconds, or until nobody wants the work any more. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Tasks that may wait for a worker before the orchestrator has to, per worker. */
const WAITING_PER_JOB = 4;

/** Makes a pool of workers in this process; its queue is bounded, so listing never runs ahead far. */
export function createLocalPool(options: LocalPoolOptions): LocalPool {
  const workers = new Permits(options.jobs);
  const admission = new Permits(options.jobs * (1 + WAITING_PER_JOB));
  const running = new Set<Promise<void>>();
  const faults: unknown[] = [];

  const workOff = async ({ delayMs, ...message }: LocalOrder, leave: () => void): Promise<void> => {
    let again = delayMs;
    do {
      if (again) {
        // A task that has to wait keeps nobody else out.
        leave();
        await options.pause(again);
      }
      again = await workers.with(() => options.run(message));
    } while (again !== undefined);
  };

  return {
    async dispatch(orders) {
      for (const order of orders) {
        const leave = await admission.acquire();
        const work = workOff(order, leave)
          .catch((fault: unknown) => {
            faults.push(fault);
          })
          .finally(() => {
            leave();
            running.delete(work);
          });
        running.add(work);
      }
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
      if (faults.length > 0) throw faults.shift();
    },
  };
}
