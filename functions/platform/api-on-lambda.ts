import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Context } from "aws-lambda";
import { createApiFunction } from "../api.ts";
import { createApiEnvironment } from "./api-environment.ts";
import { apiResult } from "./api-result.ts";
import type { HttpResult } from "./http-event.ts";

/** Called by a function URL or an HTTP API. */
export type ApiLambda = (event: unknown, context: Context) => Promise<HttpResult>;

/**
 * Makes the API function a handler of Lambda.
 *
 * @param moduleUrl of the entry file: the configuration lies beside it.
 */
export function apiOnLambda(moduleUrl: string): ApiLambda {
  // The SDK would warn of every process that its next versions want another Node.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  const environment = createApiEnvironment({
    env: process.env,
    codeFolder: dirname(fileURLToPath(moduleUrl)),
  });
  const run = createApiFunction(environment);
  return async (event, context) => {
    const { functionName, awsRequestId: requestId } = context;
    environment.log.about({ function: functionName, requestId });
    return apiResult(run, event, context.getRemainingTimeInMillis());
  };
}
