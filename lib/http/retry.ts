import { type Backoff, exponentialBackoff } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import { FerryError } from "../base/error.ts";
import type { Random } from "../base/random.ts";

/** How often and how patiently to try again. */
export interface RetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal?: AbortSignal;
  /** Tries in all, pauses the peer asked for not counted; 6 when left out. */
  readonly attemptsMax?: number;
  /** A longer pause than this is not waited out but thrown; 5 minutes when left out. */
  readonly retryAfterMaxMs?: number;
  /** Told before each wait. */
  onRetry?(error: FerryError, delayMs: number): void;
}

/** A peer that asks for a pause time and again would otherwise hold us for ever. */
const PAUSES_MAX = 20;

/**
 * Runs `attempt` until it succeeds or its error's remedy says that trying again is of no use.
 *
 * `retry` backs off exponentially and costs an attempt; `retryAfter` waits exactly as long as the
 * peer asked and costs none; anything else is thrown at once.
 *
 * @param attempt gets the number of the try, the first is 1.
 * @throws whatever the last try threw, or the signal's reason when it aborts a wait.
 */
export async function retryByRemedy<T>(
  attempt: (attempt: number) => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  let patience: Patience | undefined;
  for (;;) {
    try {
      return await attempt(patience?.tries ?? 1);
    } catch (error) {
      if (!(error instanceof FerryError)) throw error;
      patience ??= { tries: 1, pauses: 0, backoff: exponentialBackoff(options.random) };
      const delayMs = waitAfter(error, patience, options);
      if (delayMs === undefined) throw error;
      options.onRetry?.(error, delayMs);
      await options.clock.sleep(delayMs, options.signal);
    }
  }
}

interface Patience {
  tries: number;
  pauses: number;
  backoff: Backoff;
}

/** Milliseconds to wait before the next try, `undefined` when there is none. */
function waitAfter(
  error: FerryError,
  patience: Patience,
  { attemptsMax = 6, retryAfterMaxMs = 300_000 }: RetryOptions,
): number | undefined {
  const { delayMs } = patience.backoff;
  if (error.remedy === "retryAfter") {
    const pauseMs = error.retryAfterMs ?? delayMs;
    return ++patience.pauses > PAUSES_MAX || pauseMs > retryAfterMaxMs ? undefined : pauseMs;
  }
  if (error.remedy !== "retry" || patience.tries >= attemptsMax) return undefined;
  patience.tries++;
  patience.backoff = patience.backoff.next();
  return delayMs;
}
