import * as z from "zod";
import { createFunction } from "./create-function.ts";
import type { FunctionEnvironment } from "./platform/environment.ts";
import type { PlatformFunction } from "./platform/invocation.ts";

/** Dispatches again what got stuck and closes runs that have ended; whatever the event says. */
export function createSweeper(environment: FunctionEnvironment): PlatformFunction<unknown> {
  return createFunction(environment, {
    schema: z.unknown(),
    async work({ deadline, stop }) {
      const { pipeline } = await environment.open();
      const report = await pipeline.sweep({ deadline, signal: stop.signal });
      return { kind: "swept", ...report };
    },
  });
}
