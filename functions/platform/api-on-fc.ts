import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { createApiFunction } from "../api.ts";
import { createApiEnvironment } from "./api-environment.ts";
import { apiResult } from "./api-result.ts";
import type { FcContext } from "./fc-context.ts";
import { takeKeys } from "./fc-keys.ts";
import type { HttpResult } from "./http-event.ts";
import { jsonOrText } from "./json-or-text.ts";

/** Called by an HTTP trigger of Function Compute 3. */
export type ApiFc = (event: Uint8Array, context: FcContext) => Promise<HttpResult>;

/**
 * Makes the API function a handler of Function Compute.
 *
 * @param moduleUrl of the entry file: the configuration lies beside it.
 */
export function apiOnFc(moduleUrl: string): ApiFc {
  const env = { ...process.env };
  const environment = createApiEnvironment({ env, codeFolder: dirname(fileURLToPath(moduleUrl)) });
  const run = createApiFunction(environment);
  return async (event, context) => {
    takeKeys(env, context);
    environment.log.about({ function: context.function.name, requestId: context.requestId });
    const read = jsonOrText<unknown>(Buffer.from(event).toString("utf8"));
    return apiResult(run, read, context.function.timeout * 1000);
  };
}
