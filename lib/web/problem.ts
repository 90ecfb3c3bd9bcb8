import { toFerryError } from "../base/error.ts";
import type { ApiResponse } from "./api-request.ts";
import { jsonResponse } from "./json-response.ts";
import { RefusedRequest } from "./refused-request.ts";

/** Status and title by the code of an error; what is not here is no matter of the request. */
const PROBLEMS: ReadonlyMap<string, readonly [status: number, title: string]> = new Map([
  ["ROUTE_UNKNOWN", [404, "There is no such path"]],
  ["RUN_UNKNOWN", [404, "There is no such run"]],
  ["METHOD_NOT_ALLOWED", [405, "The path does not take this method"]],
  ["UNAUTHENTIC", [401, "The token is missing, wrong or expired"]],
  ["SCOPE_MISSING", [403, "The token does not allow this"]],
  ["HOST_NOT_CONFIGURED", [403, "A rule names a registry that the configuration does not"]],
  ["BODY_TOO_LARGE", [413, "The body is too large"]],
  ["BODY_TYPE", [415, "The body has to be application/json"]],
  ["BODY_NOT_JSON", [400, "The body is not JSON"]],
  ["BODY_INVALID", [400, "The body does not have the form that openapi.json tells"]],
  ["QUERY_INVALID", [400, "A parameter does not have the form that openapi.json tells"]],
  ["CURSOR_INVALID", [400, "The cursor is none that a page gave"]],
  ["KEY_INVALID", [400, "The Idempotency-Key has 1 to 256 printable characters"]],
  ["IDEMPOTENCY_KEY_REUSED", [422, "The Idempotency-Key was sent before, with other policies"]],
  ["POLICY_UNKNOWN", [422, "The configuration has no policy of this name"]],
  ["RULES_INVALID", [422, "A rule cannot be followed"]],
  ["NOTHING_TO_RUN", [422, "There is no policy to run"]],
  ["RUN_NOT_ENUMERATED", [409, "Only the command line that began this run can go on with it"]],
  ["STREAMS_MANY", [429, "Too many streams at once"]],
  ["TIME_UP", [503, "There was not enough time: ask for less at once"]],
  ["INTERNAL", [500, "Something went wrong"]],
]);

/** Everything else is a matter of what we work with. */
const UNAVAILABLE = [503, "This cannot be answered now"] as const;

const RETRY_SECONDS = "10";

/**
 * The answer to what failed, as a problem document (RFC 9457): nothing of what was sent, and nothing
 * of what we work with.
 */
export function problemResponse(thrown: unknown): ApiResponse {
  const { code } = toFerryError(thrown);
  const known = PROBLEMS.get(code);
  const [status, title] = known ?? UNAVAILABLE;
  const refused = thrown instanceof RefusedRequest ? thrown : undefined;
  const places = refused?.places ?? [];
  const problem = {
    type: "about:blank",
    title,
    status,
    ...(known && { code }),
    ...(places.length > 0 && { places }),
  };
  const mayPass = status === 503 || status === 429;
  return jsonResponse(status, problem, {
    "content-type": "application/problem+json",
    ...(mayPass && { "retry-after": RETRY_SECONDS }),
    ...refused?.headers,
  });
}
