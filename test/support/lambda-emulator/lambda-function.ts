import type { RetryRules } from "../function-host/event-queue.ts";
import type { FunctionPlatform } from "../function-host/execution-environment.ts";
import type { HostedFunction } from "../function-host/hosted-function.ts";

/** A Lambda function and its asynchronous invocation settings. */
export interface LambdaFunction extends HostedFunction {
  /** Retries of asynchronous events after function errors, 0–2. Default: 2. */
  readonly retriesMax?: number;
  /** Default: 6 h, in the platform's time. */
  readonly eventAgeMsMax?: number;
}

/** The account the emulated functions live in. */
export const LAMBDA_ACCOUNT = "123456789012";

const VARIABLES_BYTES_MAX = 4096;
const MINUTE_MS = 60_000;
const SIX_HOURS_MS = 360 * MINUTE_MS;
/** The service allows 10 s; many cold starts on a busy test machine take longer. */
const INIT_MS_MAX = 30_000;
const THROTTLE_MS_MAX = 5 * MINUTE_MS;

/**
 * Function errors are retried after one and after two minutes, throttles with growing delays up
 * to five minutes.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export function lambdaRetryRules(hosted: LambdaFunction): RetryRules {
  return {
    retriesMax: hosted.retriesMax ?? 2,
    ageMsMax: hosted.eventAgeMsMax ?? SIX_HOURS_MS,
    retryDelayMs: (retry) => retry * MINUTE_MS,
    throttleDelayMs: (throttle) => Math.min(1000 * 2 ** (throttle - 1), THROTTLE_MS_MAX),
  };
}

/** Name of a function in requests' headers and in its context. */
export function functionArn(region: string, name: string): string {
  return `arn:aws:lambda:${region}:${LAMBDA_ACCOUNT}:function:${name}`;
}

/** How Lambda runs a Node.js function. */
export function lambdaPlatform(nodePath: string): FunctionPlatform {
  return {
    bootstrap: new URL("./lambda-bootstrap.mjs", import.meta.url),
    nodePath,
    initMsMax: INIT_MS_MAX,
    variables: ({ id, runtimeApi }) => ({
      AWS_LAMBDA_LOG_STREAM_NAME: `[$LATEST]${id}`,
      AWS_LAMBDA_RUNTIME_API: runtimeApi,
    }),
  };
}

/**
 * A function as it runs: with the variables that Lambda sets.
 *
 * @throws {Error} for a function that Lambda would not take.
 */
export function deployLambda(hosted: LambdaFunction, region: string): LambdaFunction {
  assertDeployable(hosted);
  const variables = {
    _HANDLER: hosted.handler,
    AWS_ACCESS_KEY_ID: "ASIAEMULATEDFUNCTION",
    AWS_SECRET_ACCESS_KEY: "emulated-function-secret",
    AWS_SESSION_TOKEN: "emulated-function-session",
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(hosted.memoryMb),
    AWS_LAMBDA_FUNCTION_NAME: hosted.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${hosted.name}`,
    LAMBDA_TASK_ROOT: hosted.codeFolder,
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
  };
  return { ...hosted, env: { ...variables, ...hosted.env } };
}

function assertDeployable(hosted: LambdaFunction): void {
  const bytes = Buffer.byteLength(JSON.stringify(hosted.env ?? {}));
  if (bytes > VARIABLES_BYTES_MAX) {
    throw new Error(`${hosted.name}: ${bytes} bytes of environment variables, 4096 are allowed`);
  }
  const retries = hosted.retriesMax ?? 0;
  if (retries < 0 || retries > 2) throw new Error(`${hosted.name}: retriesMax is not in 0–2`);
}
