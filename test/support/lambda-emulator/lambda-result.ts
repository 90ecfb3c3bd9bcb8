import { Buffer } from "node:buffer";
import type { InvocationEnd } from "../function-host/function-host.ts";
import type { LambdaFunction } from "./lambda-function.ts";

/** What a synchronous invocation may answer with. */
const RESPONSE_BYTES_MAX = 6 * 1024 * 1024;

/** What a caller is told of an invocation that ran. */
export interface LambdaResult {
  readonly payload: Uint8Array;
  /** The handler failed, or could not end. */
  readonly isError: boolean;
}

/**
 * Puts an invocation's end into the words that Lambda has for it.
 *
 * The forms were observed on the service; `errorType` is what callers can rely on.
 */
export function lambdaResult(
  { ending, record }: InvocationEnd,
  hosted: LambdaFunction,
): LambdaResult {
  const of = (errorType: string, errorMessage: string): LambdaResult => ({
    isError: true,
    payload: Buffer.from(JSON.stringify({ errorType, errorMessage })),
  });
  const exit = (reason: string): string =>
    `RequestId: ${record.requestId} Error: Runtime exited with error: ${reason}`;
  switch (ending.kind) {
    case "succeeded":
      return ending.body.byteLength > RESPONSE_BYTES_MAX
        ? of(
            "Function.ResponseSizeTooLarge",
            "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
          )
        : { isError: false, payload: ending.body };
    case "failed":
    case "initFailed":
      return { isError: true, payload: ending.body };
    case "timedOut": {
      const seconds = (hosted.timeoutMs / 1000).toFixed(2);
      const words = `RequestId: ${record.requestId} Error: Task timed out after ${seconds} seconds`;
      return of("Sandbox.Timedout", words);
    }
    case "outOfMemory":
      return of("Runtime.OutOfMemory", exit("signal: killed"));
    case "killed":
      return of("Runtime.ExitError", exit("signal: killed"));
    case "exited":
      return of(
        "Runtime.ExitError",
        exit(ending.signal ? `signal: ${ending.signal}` : `exit status ${ending.exitCode}`),
      );
  }
}
