import * as z from "zod";
import { createFunction } from "./create-function.ts";
import { id } from "./event-id.ts";
import type { FunctionEnvironment } from "./platform/environment.ts";
import type { PlatformFunction } from "./platform/invocation.ts";

const taskMessage = z.strictObject({ runId: id, taskId: id });

/** Which task to work on. */
export type TaskEvent = z.output<typeof taskMessage>;

/** Copies one tag; what it cannot end in its time, another invocation goes on with. */
export function createWorker(environment: FunctionEnvironment): PlatformFunction<TaskEvent> {
  return createFunction(environment, {
    schema: taskMessage,
    async work({ message, deadline, stop }) {
      const { pipeline } = await environment.open();
      return pipeline.work(message, { deadline, signal: stop.signal });
    },
  });
}
