/** On a faster line, hashing so that others can go on would be what takes the time: 8 MiB/s. */
const FAST_BYTES_PER_MS = (8 * 1024 ** 2) / 1000;

/**
 * Tells whether a kill would cost more of a blob than it costs to keep how far it came.
 *
 * @param lossMsMax time of sending that may be lost; `undefined`: no kill is feared.
 */
export function isWorthKeeping(
  bytes: number,
  bytesPerMs: number,
  lossMsMax: number | undefined,
): boolean {
  if (lossMsMax === undefined || bytesPerMs >= FAST_BYTES_PER_MS) return false;
  return bytes / bytesPerMs > lossMsMax;
}
