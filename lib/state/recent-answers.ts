import type { Clock } from "../base/clock.ts";

/** Bounds of what is remembered. */
export interface RecentAnswersOptions {
  readonly clock: Clock;
  readonly entriesMax: number;
  readonly keepMs: number;
}

/** Remembers the answers used last, each for a while: a cache that cannot grow or go stale. */
export class RecentAnswers<T> {
  readonly #answers = new Map<string, { readonly answer: T; readonly until: number }>();
  readonly #options: RecentAnswersOptions;

  constructor(options: RecentAnswersOptions) {
    this.#options = options;
  }

  get(key: string): T | undefined {
    const entry = this.#answers.get(key);
    if (entry === undefined) return undefined;
    this.#answers.delete(key);
    if (entry.until <= this.#options.clock.monotonicMs()) return undefined;
    this.#answers.set(key, entry);
    return entry.answer;
  }

  set(key: string, answer: T): void {
    const { clock, entriesMax, keepMs } = this.#options;
    this.#answers.delete(key);
    this.#answers.set(key, { answer, until: clock.monotonicMs() + keepMs });
    if (this.#answers.size <= entriesMax) return;
    // The map keeps the order of use: its first key was used longest ago.
    const oldest = this.#answers.keys().next();
    if (!oldest.done) this.#answers.delete(oldest.value);
  }
}
