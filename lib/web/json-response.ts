import type { ApiResponse } from "./api-request.ts";

/** Nothing that is answered may be kept by anybody, or be taken for something else. */
export const NOT_KEPT: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

/** An answer in JSON. */
export function jsonResponse(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): ApiResponse {
  return {
    status,
    headers: { "content-type": "application/json", ...NOT_KEPT, ...headers },
    body: JSON.stringify(value),
  };
}
