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
  return new ExponentialBackoff(random, policy, attempt);
}

class ExponentialBackoff implements Backoff {
  readonly attempt: number;
  readonly #random: Random;
  readonly #policy: BackoffPolicy;
  #drawnMs: number | undefined;

  constructor(random: Random, policy: BackoffPolicy, attempt: number) {
    this.#random = random;
    this.#policy = policy;
    this.attempt = attempt;
  }

  get delayMs(): number {
    this.#drawnMs ??= this.#draw();
    return this.#drawnMs;
  }

  next(): Backoff {
    return new ExponentialBackoff(this.#random, this.#policy, this.attempt + 1);
  }

  #draw(): number {
    const { baseMs, capMs } = this.#policy;
    const ceiling = Math.min(capMs, baseMs * 2 ** this.attempt);
    const floor = Math.min(ceiling, baseMs / 2);
    return Math.round(floor + this.#random.next() * (ceiling - floor));
  }
}
