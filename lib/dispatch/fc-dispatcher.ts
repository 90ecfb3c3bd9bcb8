import { createHash } from "node:crypto";
import { exponentialBackoff } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import { mapLimited } from "../base/map-limited.ts";
import type { Random } from "../base/random.ts";
import type { Dispatcher, RunLauncher } from "../sync/dispatcher.ts";
import { type DispatchFault, dispatchFailed } from "./dispatch-failed.ts";
import { type AsyncInvocation, type FunctionInvoker, invocationFault } from "./function-invoker.ts";

/** What dispatching by invocations works with. */
export interface FcDispatchPorts {
  readonly invoker: FunctionInvoker;
  readonly clock: Clock;
  readonly random: Random;
}

const INVOCATIONS_AT_ONCE = 32;
const TRIES_MAX = 6;

/**
 * Dispatches each task as one asynchronous invocation of the worker.
 *
 * Function Compute has no delayed invocations: an order for later is left to the sweeper, which
 * finds its task due in the table.
 */
export function createFcDispatcher(worker: string, ports: FcDispatchPorts): Dispatcher {
  return {
    async dispatch(orders) {
      const due = orders.filter(({ delayMs = 0 }) => delayMs === 0);
      const faults = await mapLimited(due, INVOCATIONS_AT_ONCE, (order) => {
        const { runId, taskId, epoch, nudge = 0 } = order;
        const id = invocationId(runId, taskId, epoch, nudge);
        const body = JSON.stringify({ runId, taskId });
        return tryToInvoke({ functionName: worker, body, taskId: id }, ports);
      });
      const failed = faults.filter((fault) => fault !== undefined);
      if (failed[0] === undefined) return;
      throw dispatchFailed(`${failed.length} of ${due.length} tasks for ${worker}`, failed[0]);
    },
  };
}

/** Launches each run as one asynchronous invocation of the orchestrator. */
export function createFcLauncher(orchestrator: string, ports: FcDispatchPorts): RunLauncher {
  return {
    async launch({ runId, epoch, nudge = 0 }) {
      const taskId = invocationId(runId, "", epoch, nudge);
      const body = JSON.stringify({ runId });
      const fault = await tryToInvoke({ functionName: orchestrator, body, taskId }, ports);
      if (fault !== undefined) throw dispatchFailed(`run ${runId} for ${orchestrator}`, fault);
    },
  };
}

/** A letter and hex: what the platform takes, whatever runs and tags are called. */
function invocationId(...parts: readonly (string | number)[]): string {
  return `t_${createHash("sha256").update(JSON.stringify(parts)).digest("hex")}`;
}

async function tryToInvoke(
  invocation: AsyncInvocation,
  { invoker, clock, random }: FcDispatchPorts,
): Promise<DispatchFault | undefined> {
  for (let pause = exponentialBackoff(random); ; pause = pause.next()) {
    const answer = await invoker.invoke(invocation);
    const fault = invocationFault(invocation.functionName, answer);
    if (fault?.remedy !== "retry" || pause.attempt + 1 >= TRIES_MAX) return fault;
    await clock.sleep(pause.delayMs);
  }
}
