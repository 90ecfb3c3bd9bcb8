import type { ByteStream } from "../base/byte-stream.ts";
import type { Clock } from "../base/clock.ts";
import { FerryError } from "../base/error.ts";
import { formatBytes, formatDuration } from "../base/units.ts";

/** How slow a stream may be. */
export interface StallOptions {
  readonly clock: Clock;
  /** Longest wait for a chunk. */
  readonly stallMs: number;
  /** Least speed, averaged over each `floorWindowMs` spent waiting. */
  readonly floorBytesPerSecond: number;
  readonly floorWindowMs: number;
  /** Ends what the stream reads from; a pull under way fails then. */
  abort(error: FerryError): void;
}

/**
 * Passes a stream on and gives it up when its source stalls or only trickles.
 *
 * Only time spent waiting for the source counts: a slow consumer is no stall.
 *
 * @throws {FerryError} `STREAM_STALLED` (retry), while reading.
 */
export async function* watchStall(stream: ByteStream, options: StallOptions): ByteStream {
  const iterator = stream[Symbol.asyncIterator]();
  const window = { bytes: 0, waitedMs: 0 };
  let isAbandoned = false;
  const abandon = (error: FerryError): FerryError => {
    isAbandoned = true;
    options.abort(error);
    return error;
  };
  try {
    for (;;) {
      const askedMs = options.clock.monotonicMs();
      const result = await pull(iterator, options, abandon);
      if (result.done) return;
      window.waitedMs += options.clock.monotonicMs() - askedMs;
      window.bytes += result.value.byteLength;
      const problem = closeWindow(window, options);
      if (problem !== undefined) throw abandon(problem);
      yield result.value;
    }
  } finally {
    // A source stuck in its pull would answer this only once the abort has reached it.
    if (!isAbandoned) await iterator.return?.();
  }
}

function pull(
  iterator: AsyncIterator<Uint8Array>,
  options: StallOptions,
  abandon: (error: FerryError) => FerryError,
): Promise<IteratorResult<Uint8Array>> {
  const { clock, stallMs } = options;
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(stallMs, () =>
      reject(abandon(stalled(`no byte for ${formatDuration(stallMs)}`))),
    );
    iterator.next().finally(cancel).then(resolve, reject);
  });
}

/** Judges a window that is full, and starts the next one. */
function closeWindow(
  window: { bytes: number; waitedMs: number },
  { floorBytesPerSecond, floorWindowMs }: StallOptions,
): FerryError | undefined {
  const { bytes, waitedMs } = window;
  if (waitedMs < floorWindowMs) return undefined;
  window.bytes = 0;
  window.waitedMs = 0;
  if ((bytes * 1000) / waitedMs >= floorBytesPerSecond) return undefined;
  return stalled(
    `${formatBytes(bytes)} in ${formatDuration(waitedMs)}, under ${formatBytes(floorBytesPerSecond)}/s`,
  );
}

function stalled(how: string): FerryError {
  return new FerryError(`the download stalled: ${how}`, {
    code: "STREAM_STALLED",
    remedy: "retry",
    hint: "It is taken up again where it stopped.",
  });
}
