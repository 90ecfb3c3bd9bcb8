import type { LineSpeed } from "./transfer-rates.ts";

/**
 * On a faster line, hashing so that others can go on would be what takes the time: 16 MiB/s. It is
 * the line that counts: on a busy machine with a fast one, each of many streams is slow, and the
 * slow hash would make it busier.
 */
const FAST_BYTES_PER_MS = (16 * 1024 ** 2) / 1000;

/**
 * Tells whether a kill would cost more of a blob than it costs to keep how far it came.
 *
 * @param lossMsMax time of sending that may be lost; `undefined`: no kill is feared.
 */
export function isWorthKeeping(
  bytes: number,
  { stream, line }: LineSpeed,
  lossMsMax: number | undefined,
): boolean {
  return lossMsMax !== undefined && line < FAST_BYTES_PER_MS && bytes / stream > lossMsMax;
}
