import type { MiddlewareObj } from "@middy/core";
import type { InvocationMetrics } from "../../lib/observe/invocation-metrics.ts";
import type { Answer, Invocation } from "../platform/invocation.ts";

/** Ends each invocation with a line of what it did, whether it failed or not. */
export function metricsLine(metrics: InvocationMetrics): MiddlewareObj<Invocation, Answer> {
  const flush: NonNullable<MiddlewareObj<Invocation, Answer>["after"]> = ({ context }) => {
    metrics.flush({ function: context.functionName, requestId: context.awsRequestId });
  };
  return { after: flush, onError: flush };
}
