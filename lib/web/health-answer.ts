import type { ConfigHealth } from "../runtime/reload.ts";
import type { ApiRequest, ApiResponse } from "./api-request.ts";
import { jsonResponse } from "./json-response.ts";

const PATHS: ReadonlySet<string> = new Set(["/healthz", "/readyz"]);

/**
 * Answers probes of a server, from anybody: it is well, also under an older configuration than the
 * files have by now; which one it follows is told along.
 *
 * @returns `undefined` for every other request.
 */
export function healthAnswer(
  { method, path }: ApiRequest,
  configuration: ConfigHealth,
): ApiResponse | undefined {
  const isProbe = PATHS.has(path) && (method === "GET" || method === "HEAD");
  return isProbe ? jsonResponse(200, { status: "ok", configuration }) : undefined;
}
