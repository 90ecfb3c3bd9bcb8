import type { FunctionEnvironment } from "./environment.ts";
import type { Redelivery } from "./redelivery.ts";

/**
 * Redelivery by Function Compute: another invocation, of the row's next epoch. There are none for
 * later, so what has to wait is left to the sweeper, and what failed to the platform's retries.
 */
export function fcRedelivery({ open }: Pick<FunctionEnvironment, "open">): Redelivery {
  return {
    async handOn({ message }, end) {
      const { runId, taskId } = idsOf(message);
      if (end.delayMs > 0 || runId === undefined) return end;
      const { tasks, runs } = (await open()).dispatch;
      const { epoch } = end;
      if (taskId === undefined) await runs.launch({ runId, epoch });
      else await tasks.dispatch([{ runId, taskId, epoch }]);
      return end;
    },
    failed: async () => undefined,
  };
}

function idsOf(message: unknown): { readonly runId?: string; readonly taskId?: string } {
  if (typeof message !== "object" || message === null) return {};
  const runId = "runId" in message ? message.runId : undefined;
  const taskId = "taskId" in message ? message.taskId : undefined;
  return {
    ...(typeof runId === "string" && { runId }),
    ...(typeof taskId === "string" && { taskId }),
  };
}
