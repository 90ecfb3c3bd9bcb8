import type { Clock } from "./clock.ts";

/**
 * A timer that is set anew again and again: moving it costs a look at the clock.
 *
 * The clock's own timer stays where it is until it fires, and is then moved to where it should be.
 */
export class Alarm {
  readonly #clock: Clock;
  #dueMs = Number.POSITIVE_INFINITY;
  #ring: () => void = () => undefined;
  #timer: { readonly atMs: number; readonly cancel: () => void } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `ring` once after `milliseconds`, instead of whatever was set before. */
  set(milliseconds: number, ring: () => void): void {
    const nowMs = this.#clock.monotonicMs();
    this.#dueMs = nowMs + milliseconds;
    this.#ring = ring;
    if (this.#timer !== undefined && this.#timer.atMs <= this.#dueMs) return;
    this.#timer?.cancel();
    this.#schedule(nowMs);
  }

  /** Nothing rings until it is set again. */
  clear(): void {
    this.#dueMs = Number.POSITIVE_INFINITY;
  }

  /** Gives the clock's timer up as well. */
  close(): void {
    this.clear();
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedule(nowMs: number): void {
    const cancel = this.#clock.schedule(this.#dueMs - nowMs, () => this.#onTimer());
    this.#timer = { atMs: this.#dueMs, cancel };
  }

  #onTimer(): void {
    this.#timer = undefined;
    if (this.#dueMs === Number.POSITIVE_INFINITY) return;
    const nowMs = this.#clock.monotonicMs();
    // Timers count whole milliseconds and may be a fraction early.
    if (this.#dueMs - nowMs >= 1) {
      this.#schedule(nowMs);
      return;
    }
    this.clear();
    this.#ring();
  }
}
