import type { Clock } from "../base/clock.ts";
import type { Deadline } from "../base/deadline.ts";

/** Tells whether there is time for another page of a listing. */
export interface ListingPace {
  hasTime(): boolean;
  /** A page took so many milliseconds. */
  measure(milliseconds: number): void;
  /** Pages so far. */
  readonly pages: number;
  /** Aborts when there is only time left to save; a page under way is lost. */
  readonly cut: AbortSignal;
  /** Forgets the deadline. */
  stop(): void;
}

const RESERVE_MAX_MS = 10_000;
/** Of a short life. */
const RESERVE_SHARE = 0.2;
/** Pages are not all alike. */
const SLOWEST_PAGES = 2;

/** Watches over the time of one invocation; its first page is always begun. */
export function createListingPace(deadline: Deadline, clock: Clock): ListingPace {
  const lifeMs = deadline.remainingMs();
  const reserveMs = Math.min(RESERVE_MAX_MS, lifeMs * RESERVE_SHARE);
  const controller = new AbortController();
  const cancel = Number.isFinite(lifeMs)
    ? clock.schedule(Math.max(0, lifeMs - reserveMs / 2), () => controller.abort())
    : () => undefined;
  let slowestMs = 0;
  let pages = 0;
  return {
    get pages() {
      return pages;
    },
    cut: controller.signal,
    hasTime: () => deadline.remainingMs() > Math.max(reserveMs, SLOWEST_PAGES * slowestMs),
    measure: (milliseconds) => {
      pages++;
      slowestMs = Math.max(slowestMs, milliseconds);
    },
    stop: cancel,
  };
}
