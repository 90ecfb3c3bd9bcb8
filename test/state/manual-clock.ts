import type { Clock } from "../../lib/base/clock.ts";

/** A clock that stands still until it is told to move on. */
export class ManualClock implements Clock {
  #now = 1_700_000_000_000;

  now(): number {
    return this.#now;
  }

  cpuMs(): number {
    return 0;
  }

  monotonicMs(): number {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.advance(milliseconds);
  }

  schedule(): () => void {
    throw new Error("nothing in lib/state sets timers");
  }
}
