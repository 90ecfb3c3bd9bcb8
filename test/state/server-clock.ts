import type { Clock } from "../../lib/base/clock.ts";
import { systemClock } from "../../lib/base/system-clock.ts";

/** A clock whose time of day stands still until it is put forward: waiting takes real time. */
export class ServerClock implements Clock {
  #now = systemClock.now();

  now(): number {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  cpuMs(): number {
    return systemClock.cpuMs();
  }

  monotonicMs(): number {
    return systemClock.monotonicMs();
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(milliseconds, signal);
  }

  schedule(milliseconds: number, task: () => void): () => void {
    return systemClock.schedule(milliseconds, task);
  }
}
