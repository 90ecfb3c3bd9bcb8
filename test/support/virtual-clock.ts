import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../../lib/base/clock.ts";

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly task: () => void;
}

/** A clock whose time only moves when a test moves it; timers fire in order of time, then of age. */
export class VirtualClock implements Clock {
  #elapsedMs = 0;
  #order = 0;
  readonly #startMs: number;
  readonly #timers = new Set<Timer>();

  /** @param startMs wall clock at the start, milliseconds since the epoch. */
  constructor(startMs: number = Date.UTC(2026, 10, 1)) {
    this.#startMs = startMs;
  }

  /** Nothing takes time here but waiting. */
  cpuMs(): number {
    return 0;
  }

  now(): number {
    return this.#startMs + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  /** Timers that wait now. */
  get pending(): number {
    return this.#timers.size;
  }

  schedule(milliseconds: number, task: () => void): () => void {
    const timer = { atMs: this.#elapsedMs + Math.max(0, milliseconds), order: this.#order++, task };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = this.schedule(milliseconds, () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      });
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** Moves time on by `milliseconds`, firing what falls due and letting its consequences happen. */
  async advance(milliseconds: number): Promise<void> {
    const untilMs = this.#elapsedMs + milliseconds;
    await turn();
    for (let next = this.#next(); next && next.atMs <= untilMs; next = this.#next()) {
      await this.#fire(next);
    }
    this.#elapsedMs = untilMs;
    await turn();
  }

  /** Fires timer after timer until none is left. */
  async runUntilIdle(): Promise<void> {
    await turn();
    for (let next = this.#next(); next; next = this.#next()) await this.#fire(next);
  }

  /**
   * Moves time on until `work` settles, and gives its result.
   *
   * Only for work without real I/O, but for modules that it loads.
   *
   * @throws {Error} when nothing is left that could settle it.
   */
  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    work.then(settle, settle);
    for (await turn(); !settled; ) {
      const next = this.#next();
      if (next) await this.#fire(next);
      else await moduleLoads(() => settled || this.#next() !== undefined);
    }
    return work;
  }

  #next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (!first || isBefore(timer, first)) first = timer;
    return first;
  }

  async #fire(timer: Timer): Promise<void> {
    this.#timers.delete(timer);
    this.#elapsedMs = Math.max(this.#elapsedMs, timer.atMs);
    timer.task();
    await turn();
  }
}

/** A module loaded on first use comes from the disk, in real time. */
async function moduleLoads(isReady: () => boolean): Promise<void> {
  for (let waits = 0; !isReady(); waits++) {
    if (waits > 1000) throw new Error("the work waits for something that no timer will bring");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
