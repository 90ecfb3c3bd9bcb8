import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../../lib/base/clock.ts";
import { systemClock } from "../../lib/base/system-clock.ts";

/** A clock that jumps over every sleep, and keeps what was slept; timers run in real time. */
export class JumpClock implements Clock {
  readonly slept: number[] = [];
  #elapsedMs = 0;

  now(): number {
    return Date.UTC(2026, 10, 1) + this.#elapsedMs;
  }

  cpuMs(): number {
    return 0;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.slept.push(milliseconds);
    this.#elapsedMs += milliseconds;
    await turn();
  }

  schedule(milliseconds: number, task: () => void): () => void {
    return systemClock.schedule(milliseconds, () => {
      this.#elapsedMs += milliseconds;
      task();
    });
  }
}
