const MIB = 1024 ** 2;
/** On a faster line, hashing so that others can go on would be what takes the time: 32 MiB/s. */
const FAST_BYTES_PER_MS = (32 * MIB) / 1000;
/**
 * One of many streams may be as slow on a fast line, when the machine is busy; two hashes would
 * make it busier. A slower stream, 2 MiB/s, has a slow line, and a blob so large is worth it.
 */
const BUSY_BYTES_PER_MS = (2 * MIB) / 1000;
const LARGE_BYTES = 256 * MIB;

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
  if (lossMsMax === undefined) return false;
  const fastBytesPerMs = bytes < LARGE_BYTES ? BUSY_BYTES_PER_MS : FAST_BYTES_PER_MS;
  return bytesPerMs < fastBytesPerMs && bytes / bytesPerMs > lossMsMax;
}
