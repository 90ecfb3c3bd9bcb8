import { Alarm } from "../base/alarm.ts";
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
  /** Ends what the stream reads from: its reader left, or a pull under way is given up. */
  abort(): void;
}

/**
 * Passes a stream on and gives it up when its source stalls or only trickles.
 *
 * Only time spent waiting for the source counts: a slow consumer is no stall.
 *
 * @throws {FerryError} `STREAM_STALLED` (retry), while reading.
 */
export function watchStall(stream: ByteStream, options: StallOptions): ByteStream {
  return {
    [Symbol.asyncIterator]: () => new StallWatch(stream[Symbol.asyncIterator](), options),
  };
}

const END: IteratorResult<Uint8Array> = { done: true, value: undefined };

/** No generator: each chunk would cross one more queue, and a reader could not leave unstarted. */
class StallWatch implements AsyncIterator<Uint8Array> {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #options: StallOptions;
  readonly #alarm: Alarm;
  #bytes = 0;
  #waitedMs = 0;
  #isOver = false;

  constructor(source: AsyncIterator<Uint8Array>, options: StallOptions) {
    this.#source = source;
    this.#options = options;
    this.#alarm = new Alarm(options.clock);
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#isOver) return Promise.resolve(END);
    const { clock, stallMs } = this.#options;
    const askedMs = clock.monotonicMs();
    return new Promise((resolve, reject) => {
      this.#alarm.set(stallMs, () =>
        reject(this.#abandon(stalled(`no byte for ${formatDuration(stallMs)}`))),
      );
      this.#source.next().then(
        (result) => {
          if (result.done) this.#end();
          else this.#alarm.clear();
          const problem = this.#judge(result, clock.monotonicMs() - askedMs);
          if (problem === undefined) resolve(result);
          else reject(this.#abandon(problem));
        },
        (error: unknown) => {
          this.#end();
          reject(error);
        },
      );
    });
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    if (!this.#isOver) {
      this.#end();
      this.#options.abort();
    }
    return END;
  }

  /** Adds a chunk to the window under way, and judges one that is full. */
  #judge(result: IteratorResult<Uint8Array>, waitedMs: number): FerryError | undefined {
    if (result.done) return undefined;
    this.#bytes += result.value.byteLength;
    this.#waitedMs += waitedMs;
    const { floorBytesPerSecond, floorWindowMs } = this.#options;
    if (this.#waitedMs < floorWindowMs) return undefined;
    const window = { bytes: this.#bytes, waitedMs: this.#waitedMs };
    this.#bytes = 0;
    this.#waitedMs = 0;
    if ((window.bytes * 1000) / window.waitedMs >= floorBytesPerSecond) return undefined;
    const [bytes, duration] = [formatBytes(window.bytes), formatDuration(window.waitedMs)];
    return stalled(`${bytes} in ${duration}, under ${formatBytes(floorBytesPerSecond)}/s`);
  }

  #abandon(error: FerryError): FerryError {
    this.#end();
    this.#options.abort();
    return error;
  }

  #end(): void {
    this.#isOver = true;
    this.#alarm.close();
  }
}

function stalled(how: string): FerryError {
  return new FerryError(`the download stalled: ${how}`, {
    code: "STREAM_STALLED",
    remedy: "retry",
    hint: "It is taken up again where it stopped.",
  });
}
