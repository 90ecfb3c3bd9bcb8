import type { Clock } from "../base/clock.ts";
import { watchStall } from "../http/stall-watchdog.ts";
import type { HttpResponse } from "../http/transport.ts";

/** When a download counts as stalled. */
export interface StallLimits {
  readonly clock: Clock;
  /** Longest wait for a chunk. */
  readonly stallMs: number;
}

const FLOOR_BYTES_PER_SECOND = 4 * 1024;
const FLOOR_WINDOW_MS = 60_000;

/**
 * An answer that is read at its reader's pace: a body that stalls or trickles is ended with
 * `STREAM_STALLED` (retry), and one whose reader stops early is given up for good, even before its
 * first byte was asked for.
 */
export function watchedResponse(
  response: HttpResponse,
  { clock, stallMs }: StallLimits,
): HttpResponse {
  const { status, headers } = response;
  const body = watchStall(response.body, {
    clock,
    stallMs,
    floorBytesPerSecond: FLOOR_BYTES_PER_SECOND,
    floorWindowMs: FLOOR_WINDOW_MS,
    abort: () => void response.discard(),
  });
  return { status, headers, body, discard: () => response.discard() };
}
