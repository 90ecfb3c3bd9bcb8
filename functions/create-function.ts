import middy from "@middy/core";
import type * as z from "zod";
import { stopInTime } from "./middleware/deadline.ts";
import { errorShape } from "./middleware/error-shape.ts";
import { logContext } from "./middleware/log-context.ts";
import { metricsLine } from "./middleware/metrics-line.ts";
import { redeliver } from "./middleware/redeliver.ts";
import { validate } from "./middleware/validate.ts";
import type { FunctionEnvironment } from "./platform/environment.ts";
import type { Answer, Invocation, PlatformFunction } from "./platform/invocation.ts";

/** What is a function's own. */
export interface FunctionParts<Message> {
  readonly schema: z.ZodType<Message>;
  work(invocation: Invocation<Message>): Promise<Answer>;
}

/** Makes a function of its own part and what all have in common. */
export function createFunction<Message>(
  { clock, log, metrics, redelivery }: FunctionEnvironment,
  { schema, work }: FunctionParts<Message>,
): PlatformFunction<Message> {
  // The platforms' own time limits are heeded by `stopInTime`: middy's would answer for work that
  // goes on behind its back.
  return middy<Invocation<Message>, Answer>(work, { timeoutEarlyInMillis: 0 })
    .use(logContext(log))
    .use(metricsLine(metrics))
    .use(errorShape(log))
    .use(stopInTime(clock))
    .use(redeliver(redelivery))
    .use(validate(schema));
}
