/**
 * How long this run or invocation may still work, less the reserve it needs to save its state.
 */
export interface Deadline {
  /** Milliseconds left; `Infinity` when there is no limit. */
  remainingMs(): number;
  /** Aborts when the reserve is reached, or when the user asks to stop. */
  readonly signal: AbortSignal;
}

/** A deadline that only the given signal brings about: the command line's Ctrl-C. */
export function untilAborted(signal: AbortSignal): Deadline {
  return { remainingMs: () => (signal.aborted ? 0 : Number.POSITIVE_INFINITY), signal };
}
