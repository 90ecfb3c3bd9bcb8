import { type Backoff, exponentialBackoff } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import { FerryError } from "../base/error.ts";
import type { Random } from "../base/random.ts";

/** Both clouds answer in milliseconds; from far away, in a second or two. */
const REQUEST_MS = 5_000;
/** Longer than a table takes to follow a sudden load, shorter than most functions live. */
const PATIENCE_MS = 30_000;
const BACKOFF = { baseMs: 50, capMs: 2_000 };

/** What sending depends on. */
export interface CloudRequestOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** How long one request may take; 5 s when left out. */
  readonly requestMs?: number;
  /** How long a request is sent again without any progress; 30 s when left out. */
  readonly patienceMs?: number;
}

/** Sends requests in time, and again for as long as they fail in passing and patience lasts. */
export class CloudRequests {
  readonly #options: CloudRequestOptions;

  constructor(options: CloudRequestOptions) {
    this.#options = options;
  }

  /** @throws what `request` throws, once it is not worth another try. */
  async send<T>(request: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const patience = new Patience(this.#options);
    for (;;) {
      try {
        return await this.#inTime(request);
      } catch (error) {
        if (!(error instanceof FerryError) || error.remedy !== "retry") throw error;
        await patience.waitAfter(error);
      }
    }
  }

  /**
   * Sends a batch, and what it leaves until nothing is left.
   *
   * @throws what `tooSlow` makes when patience ends without progress, and what `request` throws.
   */
  async drain<T>(
    batch: readonly T[],
    request: (items: readonly T[], signal: AbortSignal) => Promise<readonly T[]>,
    tooSlow: () => FerryError,
  ): Promise<void> {
    let left = batch;
    let patience = new Patience(this.#options);
    while (left.length > 0) {
      const sent = left;
      left = await this.send((signal) => request(sent, signal));
      if (left.length < sent.length) patience = new Patience(this.#options);
      if (left.length > 0) await patience.waitAfter(tooSlow());
    }
  }

  async #inTime<T>(request: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, requestMs = REQUEST_MS } = this.#options;
    const timeout = new AbortController();
    const cancel = clock.schedule(requestMs, () => timeout.abort());
    try {
      return await request(timeout.signal);
    } finally {
      cancel();
    }
  }
}

/** Waits between tries, longer each time, until patience is at an end. */
class Patience {
  readonly #clock: Clock;
  readonly #endMs: number;
  #backoff: Backoff;

  constructor({ clock, random, patienceMs = PATIENCE_MS }: CloudRequestOptions) {
    this.#clock = clock;
    this.#endMs = clock.monotonicMs() + patienceMs;
    this.#backoff = exponentialBackoff(random, BACKOFF);
  }

  /** @throws `failure` when the wait would outlast the patience. */
  async waitAfter(failure: FerryError): Promise<void> {
    const { delayMs } = this.#backoff;
    if (this.#clock.monotonicMs() + delayMs > this.#endMs) throw failure;
    this.#backoff = this.#backoff.next();
    await this.#clock.sleep(delayMs);
  }
}
