import type { Clock } from "../../../lib/base/clock.ts";

/**
 * A clock that runs `factor` times as fast as another: a platform's waits of minutes take
 * fractions of seconds.
 */
export function scaledClock(clock: Clock, factor: number): Clock {
  const startMs = clock.now();
  return {
    now: () => startMs + (clock.now() - startMs) * factor,
    monotonicMs: () => clock.monotonicMs() * factor,
    cpuMs: () => clock.cpuMs(),
    sleep: (milliseconds, signal) => clock.sleep(milliseconds / factor, signal),
    schedule: (milliseconds, task) => clock.schedule(milliseconds / factor, task),
  };
}
