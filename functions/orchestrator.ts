import { createFunction } from "./create-function.ts";
import { type OrchestratorEvent, orchestratorEvent } from "./orchestrator-event.ts";
import type { FunctionEnvironment } from "./platform/environment.ts";
import type { PlatformFunction } from "./platform/invocation.ts";
import { startRun } from "./start-run.ts";

/** Starts runs, and lists what they are to copy; a long listing goes on in other invocations. */
export function createOrchestrator(
  environment: FunctionEnvironment,
): PlatformFunction<OrchestratorEvent> {
  return createFunction(environment, {
    schema: orchestratorEvent,
    async work(invocation) {
      const { message, deadline, stop } = invocation;
      const opened = await environment.open();
      return message.kind === "goOn"
        ? opened.pipeline.orchestrate(message.runId, { deadline, signal: stop.signal })
        : startRun(message, invocation, { ...opened, log: environment.log });
    },
  });
}
