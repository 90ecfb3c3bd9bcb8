import type { LineSpeed } from "./transfer-rates.ts";

/**
 * On a faster line, hashing so that others can go on would be what takes the time: 16 MiB/s. It is
 * the line that counts: on a busy machine with a fast one, each of many streams is slow, and the
 * slow hash would make it busier.
 */
const FAST_BYTES_PER_MS = (16 * 1024 ** 2) / 1000;

/** Of one processor. A process as busy as this is held up by what it does, not by its line. */
const BUSY_SHARE = 0.3;

/** What is at stake, and what was seen. */
export interface KillRisk {
  /** Time of sending that may be lost; `undefined`: no kill is feared. */
  readonly lossMsMax: number | undefined;
  /** How busy this process was while the speed was measured, 1: one processor; 0 when left out. */
  readonly busyShare?: number;
}

/** Tells whether a kill would cost more of a blob than it costs to keep how far it came. */
export function isWorthKeeping(
  bytes: number,
  { stream, line }: LineSpeed,
  { lossMsMax, busyShare = 0 }: KillRisk,
): boolean {
  if (lossMsMax === undefined || busyShare >= BUSY_SHARE) return false;
  return line < FAST_BYTES_PER_MS && bytes / stream > lossMsMax;
}
