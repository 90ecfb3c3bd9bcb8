import type { Random } from "./random.ts";

/** One step of an immutable backoff chain. */
export interface Backoff {
  /** Milliseconds to wait before the next try. */
  readonly delayMs: number;
  /** How many waits came before this one. */
  readonly attempt: number;
  /** The step after this one. */
  next(): Backoff;
}

/** Bounds of a backoff chain. */
export interface BackoffPolicy {
  readonly baseMs: number;
  readonly capMs: number;
}

/** Delays registries are used to: 200 ms doubling to 20 s. */
export const DEFAULT_BACKOFF: BackoffPolicy = { baseMs: 200, capMs: 20_000 };

/**
 * Exponential backoff with full jitter: each delay is uniform in [base/2, base * 2^attempt].
 *
 * A delay is drawn when it is asked for: most chains end before their first wait.
 */
export function exponentialBackoff(
  random: Random,
  policy: BackoffPolicy = DEFAULT_BACKOFF,
  attempt = 0,
): Backoff {
  let drawnMs: number | undefined;
  const draw = (): number => {
    const ceiling = Math.min(policy.capMs, policy.baseMs * 2 ** attempt);
    const floor = Math.min(ceiling, policy.baseMs / 2);
    return Math.round(floor + random.next() * (ceiling - floor));
  };
  return {
    attempt,
    get delayMs() {
      drawnMs ??= draw();
      return drawnMs;
    },
    next: () => exponentialBackoff(random, policy, attempt + 1),
  };
}
