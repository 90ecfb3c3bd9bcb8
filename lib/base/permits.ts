import { onAbort } from "./on-abort.ts";

/** Gives permits back; calling it twice is harmless. */
export type Release = () => void;

interface Waiter {
  readonly count: number;
  readonly grant: () => void;
}

/**
 * A counting semaphore, first come first served: counts requests or bytes alike.
 *
 * A request for more than the whole capacity is granted alone instead of never.
 */
export class Permits {
  #capacity: number;
  #used = 0;
  readonly #waiting: Waiter[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** Permits in use now. */
  get used(): number {
    return this.#used;
  }

  /** Callers waiting now. */
  get queued(): number {
    return this.#waiting.length;
  }

  /** Changes the capacity; more permits wake waiters, fewer let running work end by itself. */
  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#wake();
  }

  /**
   * Waits for `count` permits.
   *
   * @throws the signal's reason when it aborts while waiting.
   */
  async acquire(count = 1, signal?: AbortSignal): Promise<Release> {
    signal?.throwIfAborted();
    if (this.#waiting.length > 0 || !this.#fits(count)) await this.#wait(count, signal);
    else this.#used += count;
    return this.#releaseOnce(count);
  }

  /** Runs `task` with one permit. */
  async with<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const release = await this.acquire(1, signal);
    try {
      return await task();
    } finally {
      release();
    }
  }

  #fits(count: number): boolean {
    return this.#used === 0 || this.#used + count <= this.#capacity;
  }

  #wait(count: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const callOff =
        signal &&
        onAbort(signal, () => {
          this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
          reject(signal.reason);
          this.#wake();
        });
      const waiter: Waiter = {
        count,
        grant: () => {
          callOff?.();
          resolve();
        },
      };
      this.#waiting.push(waiter);
    });
  }

  #wake(): void {
    for (let next = this.#waiting[0]; next && this.#fits(next.count); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#used += next.count;
      next.grant();
    }
  }

  #releaseOnce(count: number): Release {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#used -= count;
      this.#wake();
    };
  }
}
