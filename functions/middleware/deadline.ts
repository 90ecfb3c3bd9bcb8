import type { MiddlewareObj } from "@middy/core";
import type { Clock } from "../../lib/base/clock.ts";
import type { Answer, Invocation } from "../platform/invocation.ts";

/** Enough to settle a row and to tell the platform. */
const LAST_MS = 3_000;
/** Of a short life, so much and no more. */
const LAST_SHARE = 0.08;

/**
 * Stops the work when its time is all but up. Work that heeds the deadline has ended long before;
 * this is for what hangs, which the platform would kill without a word.
 */
export function stopInTime(clock: Clock): MiddlewareObj<Invocation, Answer> {
  const running = new Map<AbortController, () => void>();
  const disarm = ({ event: { stop } }: { readonly event: Invocation }): void => {
    running.get(stop)?.();
    running.delete(stop);
  };
  return {
    before: ({ event: { deadline, stop } }) => {
      const leftMs = deadline.remainingMs();
      const lastMs = Math.min(LAST_MS, leftMs * LAST_SHARE);
      running.set(
        stop,
        clock.schedule(leftMs - lastMs, () => stop.abort()),
      );
    },
    after: disarm,
    onError: disarm,
  };
}
