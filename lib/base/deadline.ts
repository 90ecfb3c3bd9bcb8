import type { Clock } from "./clock.ts";

/** The time an invocation has left; one without a limit has `Infinity`. */
export interface Deadline {
  remainingMs(): number;
}

/** No limit: a process that runs until its work is done. */
export const noDeadline: Deadline = { remainingMs: () => Number.POSITIVE_INFINITY };

/** A deadline `milliseconds` from now, by the monotonic clock. */
export function deadlineAfter(clock: Clock, milliseconds: number): Deadline {
  const endMs = clock.monotonicMs() + milliseconds;
  return { remainingMs: () => endMs - clock.monotonicMs() };
}
