import type { Clock } from "./clock.ts";
import { onAbort } from "./on-abort.ts";

/** A signal that follows another one later. */
export interface LateSignal {
  readonly signal: AbortSignal;
  /** Follows no longer. */
  stop(): void;
}

/**
 * Follows `signal` with its reason, but only so many milliseconds after it, asked when it aborts:
 * what is almost done can still end.
 */
export function lateSignal(signal: AbortSignal, clock: Clock, graceMs: () => number): LateSignal {
  const late = new AbortController();
  let cancelTimer = (): void => undefined;
  const cancelListener = onAbort(signal, () => {
    const milliseconds = graceMs();
    if (milliseconds <= 0) return late.abort(signal.reason);
    cancelTimer = clock.schedule(milliseconds, () => late.abort(signal.reason));
  });
  return {
    signal: late.signal,
    stop: () => {
      cancelListener();
      cancelTimer();
    },
  };
}
