import type { HttpHeaders } from "./transport.ts";

const RETRY_AFTER_MAX_MS = 3_600_000;

/**
 * How long the peer asks to wait, milliseconds, at most an hour (RFC 9110, *Retry-After*).
 *
 * @param nowMs wall clock, for the form that gives a date.
 * @returns `undefined` when the header is missing or unreadable.
 */
export function retryAfterMs(headers: HttpHeaders, nowMs: number): number | undefined {
  const value = headers.get("retry-after")?.trim() ?? "";
  const waitMs = /^-?\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : dateMs(value) - nowMs;
  if (Number.isNaN(waitMs)) return undefined;
  return Math.min(Math.max(Math.ceil(waitMs), 0), RETRY_AFTER_MAX_MS);
}

/** `Date.parse` makes a date of nearly anything, so only what starts like an HTTP date gets there. */
function dateMs(value: string): number {
  const isHttpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d{2}:\d{2}:\d{2}/.test(value);
  return isHttpDate ? Date.parse(value) : Number.NaN;
}
