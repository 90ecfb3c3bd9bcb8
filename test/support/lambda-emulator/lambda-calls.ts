import { randomUUID } from "node:crypto";
import type { EventQueue } from "../function-host/event-queue.ts";
import type { FunctionHost } from "../function-host/function-host.ts";
import { functionArn, type LambdaFunction, lambdaRetryRules } from "./lambda-function.ts";
import { type LambdaResult, lambdaResult } from "./lambda-result.ts";

/** An invocation's result, with the end of its log. */
export interface LambdaAnswer extends LambdaResult {
  readonly log: string;
}

/** What tells one call of a function from another. */
interface CallOptions {
  readonly requestId?: string;
  /** With asynchronous events. Default: 1. */
  readonly attempt?: number;
}

/** Runs Lambda functions for whoever calls them: the Invoke API, event sources, triggers. */
export class LambdaCalls {
  readonly #host: FunctionHost<LambdaFunction>;
  readonly #queue: EventQueue;
  readonly #region: string;

  constructor(host: FunctionHost<LambdaFunction>, queue: EventQueue, region: string) {
    this.#host = host;
    this.#queue = queue;
    this.#region = region;
  }

  has(name: string): boolean {
    return this.#host.find(name) !== undefined;
  }

  /** Runs a function; `undefined`, at once, when its concurrency is used up. */
  call(
    name: string,
    event: Uint8Array,
    { requestId = randomUUID(), attempt = 1 }: CallOptions = {},
  ): Promise<LambdaAnswer> | undefined {
    const hosted = this.#find(name);
    const run = this.#host.invoke(name, {
      requestId,
      event,
      attempt,
      headers: (deadlineMs) => ({
        "content-type": "application/json",
        "lambda-runtime-aws-request-id": requestId,
        "lambda-runtime-deadline-ms": String(deadlineMs),
        "lambda-runtime-invoked-function-arn": functionArn(this.#region, name),
        "lambda-runtime-trace-id": `Root=1-${requestId.replaceAll("-", "").slice(0, 24)}`,
      }),
    });
    return run?.then((end) => ({ ...lambdaResult(end, hosted), log: end.record.log }));
  }

  /** Accepts an asynchronous event; all its attempts have the same request id. */
  enqueue(name: string, event: Uint8Array, requestId: string = randomUUID()): void {
    this.#queue.add({
      functionName: name,
      requestId,
      event,
      rules: lambdaRetryRules(this.#find(name)),
      run: async (attempt) => {
        const answer = await this.call(name, event, { requestId, attempt });
        if (!answer) return "throttled";
        return answer.isError ? "failed" : "succeeded";
      },
    });
  }

  #find(name: string): LambdaFunction {
    const hosted = this.#host.find(name);
    if (!hosted) throw new Error(`there is no function ${name}`);
    return hosted;
  }
}
