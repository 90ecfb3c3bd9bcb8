import type { Deadline } from "../base/deadline.ts";
import type { FerryError } from "../base/error.ts";

/** A longer pause is not waited out by an invocation, which is billed for it: its work comes again. */
export const PAUSE_MAX_MS = 30_000;

/** Tells whether the pause that a failure asks for is left to whoever tries again later. */
export function waitsTooLong({ retryAfterMs = 0 }: FerryError, deadline: Deadline): boolean {
  const leftMs = deadline.remainingMs();
  return retryAfterMs > (Number.isFinite(leftMs) ? Math.min(leftMs, PAUSE_MAX_MS) : leftMs);
}
