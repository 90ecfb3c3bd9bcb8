import type { InvocationEnd } from "../function-host/function-host.ts";
import type { FcFunction } from "./fc-function.ts";

/** `Handled…`: the handler's own error; `Unhandled…`: it could not end. */
export type FcErrorType = "HandledInvocationError" | "UnhandledInvocationError";

/** What a caller is told of an invocation that ran. */
export interface FcResult {
  readonly payload: Uint8Array;
  /** Absent after success. */
  readonly errorType?: FcErrorType;
}

/**
 * Puts an invocation's end into the words that Function Compute has for it.
 *
 * https://www.alibabacloud.com/help/en/functioncompute/fc-2-0/user-guide/basics
 */
export function fcResult({ ending, record }: InvocationEnd, hosted: FcFunction): FcResult {
  const usage = `maxMemoryUsage: ${record.peakRssMib.toFixed(2)}MB`;
  switch (ending.kind) {
    case "succeeded":
      return { payload: ending.body };
    case "failed":
      return { payload: ending.body, errorType: "HandledInvocationError" };
    case "initFailed":
      return { payload: ending.body, errorType: "UnhandledInvocationError" };
    case "timedOut":
      return unhandled(`Function timed out after ${hosted.timeoutMs / 1000} seconds (${usage})`);
    case "outOfMemory":
      return unhandled(`Process was killed: out of its ${hosted.memoryMb} MB of memory (${usage})`);
    case "killed":
    case "exited":
      return unhandled(
        `Process exited unexpectedly before completing request (duration: ${record.billedMs}ms, ${usage})`,
      );
  }
}

function unhandled(errorMessage: string): FcResult {
  return {
    payload: Buffer.from(JSON.stringify({ errorMessage })),
    errorType: "UnhandledInvocationError",
  };
}
