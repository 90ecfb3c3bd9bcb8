import { type Backoff, exponentialBackoff } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import type { Deadline } from "../base/deadline.ts";
import { FerryError, toFerryError, withSide } from "../base/error.ts";
import type { Random } from "../base/random.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { RepositoryReader } from "../registry/repository.ts";
import { waitsTooLong } from "./waits-too-long.ts";

/** How a blob is read from the middle on. */
export interface ReadOnOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly deadline: Deadline;
  readonly signal: AbortSignal;
  /** Bytes to ask for from `start` on: what is asked for and not used is wasted. */
  readonly windowBytes: (start: number) => number;
  /** Told how many more bytes have been read from the source. */
  readonly onBytes?: (bytes: number) => void;
}

/** Tries in a row that bring no byte before the reading fails. */
const FRUITLESS_ATTEMPTS_MAX = 6;

/**
 * Reads a blob from `offset` to its end in ranges, and goes on where a connection broke. Not
 * verified: whoever hashes verifies.
 *
 * @throws {FerryError} of side `source`, while reading.
 */
export async function* readOn(
  source: RepositoryReader,
  blob: Descriptor,
  offset: number,
  options: ReadOnOptions,
): AsyncGenerator<Uint8Array> {
  const { signal } = options;
  let position = offset;
  let backoff = exponentialBackoff(options.random);
  while (position < blob.size) {
    const start = position;
    try {
      const length = Math.min(options.windowBytes(start), blob.size - start);
      // Not by a generator of its own: each chunk would cross one more queue.
      for await (const chunk of await source.fetchBlob(blob, { offset: start, length, signal })) {
        position += chunk.byteLength;
        options.onBytes?.(chunk.byteLength);
        yield chunk;
      }
      if (position < start + length) throw truncated(blob, position);
    } catch (thrown) {
      signal.throwIfAborted();
      if (position > start) backoff = exponentialBackoff(options.random);
      await options.clock.sleep(pauseMs(thrown, backoff, options.deadline), signal);
      backoff = backoff.next();
    }
  }
}

/** How long to wait before reading on; throws what cannot be waited out. */
function pauseMs(thrown: unknown, backoff: Backoff, deadline: Deadline): number {
  const error = toFerryError(thrown);
  const passing = error.remedy === "retry" || error.remedy === "retryAfter";
  const tooLong = waitsTooLong(error, deadline);
  if (passing && !tooLong && backoff.attempt < FRUITLESS_ATTEMPTS_MAX) {
    return error.retryAfterMs ?? backoff.delayMs;
  }
  throw withSide(error, "source");
}

function truncated(blob: Descriptor, bytes: number): FerryError {
  return new FerryError(`blob ${blob.digest} ended after ${bytes} of ${blob.size} bytes`, {
    code: "BLOB_TRUNCATED",
    remedy: "retry",
    side: "source",
  });
}
