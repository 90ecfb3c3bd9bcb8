import type { Dispatcher, RunLauncher } from "../sync/dispatcher.ts";
import type { SqsQueue } from "./sqs-queue.ts";

/**
 * Dispatches tasks as messages of a queue, which hands them to workers one by one.
 *
 * A queue takes the same message twice: epoch and nudge need not travel.
 */
export function createSqsDispatcher(queue: SqsQueue): Dispatcher {
  return {
    async dispatch(orders) {
      const messages = orders.map(({ runId, taskId, delayMs }) => ({
        body: JSON.stringify({ runId, taskId }),
        ...(delayMs !== undefined && { delayMs }),
      }));
      await queue.send(messages);
    },
  };
}

/** Launches runs as messages of a queue of their own: a flood of tasks never holds them up. */
export function createSqsLauncher(queue: SqsQueue): RunLauncher {
  return { launch: ({ runId }) => queue.send([{ body: JSON.stringify({ runId }) }]) };
}
