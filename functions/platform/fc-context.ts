import type { Context } from "aws-lambda";
import type { Deadline } from "../../lib/base/deadline.ts";

/** What Function Compute tells a handler beside the event, as far as it is used. */
export interface FcContext {
  readonly requestId: string;
  /** Keys of the function's role; new ones come with later invocations. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken?: string;
  };
  readonly function: {
    readonly name: string;
    /** MB. */
    readonly memory: number;
    /** Seconds. */
    readonly timeout: number;
  };
  readonly region: string;
  readonly accountId: string;
}

/** The same in the shape of Lambda's context, which middy asks for. */
export function lambdaContext(context: FcContext, deadline: Deadline): Context {
  const { requestId, function: called, region, accountId } = context;
  const nothing = (): void => undefined;
  return {
    awsRequestId: requestId,
    functionName: called.name,
    functionVersion: "",
    invokedFunctionArn: `acs:fc:${region}:${accountId}:functions/${called.name}`,
    memoryLimitInMB: String(called.memory),
    logGroupName: "",
    logStreamName: "",
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => deadline.remainingMs(),
    done: nothing,
    fail: nothing,
    succeed: nothing,
  };
}
