import type { Clock } from "../../lib/base/clock.ts";
import { systemClock } from "../../lib/base/system-clock.ts";

/** The system's clock, but nobody waits: what was slept is noted. */
export function instantClock(): Clock & { readonly slept: readonly number[] } {
  const slept: number[] = [];
  return {
    ...systemClock,
    slept,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
    },
  };
}
