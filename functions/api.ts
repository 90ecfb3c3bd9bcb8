import { toFerryError } from "../lib/base/error.ts";
import type { ApiHandler, ApiRequest, ApiResponse } from "../lib/web/api-request.ts";
import { problemResponse } from "../lib/web/problem.ts";
import { ALL_SCOPES } from "../lib/web/token-check.ts";
import type { ApiEnvironment } from "./platform/api-environment.ts";
import type { HttpEvent } from "./platform/http-event.ts";

/** The API function as platforms call it; `signal` aborts when its time is all but up. */
export type ApiFunction = (event: HttpEvent, signal: AbortSignal) => Promise<ApiResponse>;

/** Answers the HTTP API and its pages. */
export function createApiFunction({ log, open }: ApiEnvironment): ApiFunction {
  return async ({ signer, ...event }, signal) => {
    let api: ApiHandler;
    try {
      api = await open();
    } catch (thrown) {
      const { code, message, hint } = toFerryError(thrown);
      log.write("error", "api.refused", { code, reason: message, ...(hint && { hint }) });
      return problemResponse(thrown);
    }
    // The platform lets in whom a policy of the account allows to call the function.
    const principal =
      signer === undefined ? {} : { principal: { name: signer, scopes: ALL_SCOPES } };
    const request: ApiRequest = { ...event, ...principal, signal, streams: false };
    return api(request);
  };
}
