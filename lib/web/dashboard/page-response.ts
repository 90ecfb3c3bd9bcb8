import type { ApiResponse } from "../api-request.ts";
import type { Html } from "./html.ts";

/** Own files only, and no frames: a page that is fooled can load nothing and send nothing away. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

/** Headers of every answer of the dashboard. */
export function securityHeaders(): Readonly<Record<string, string>> {
  return {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
  };
}

/** A page or a part of one as an answer. */
export function pageResponse(
  page: Html,
  { status = 200, headers = {} }: Partial<Pick<ApiResponse, "status" | "headers">> = {},
): ApiResponse {
  return {
    status,
    headers: {
      ...securityHeaders(),
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      vary: "accept, cookie",
      ...headers,
    },
    body: page.toString(),
  };
}

/** Sends the caller to another page, with a GET. */
export function seeOther(
  location: string,
  headers: Readonly<Record<string, string>> = {},
): ApiResponse {
  return {
    status: 303,
    headers: { ...securityHeaders(), location, "cache-control": "no-store", ...headers },
    body: "",
  };
}
