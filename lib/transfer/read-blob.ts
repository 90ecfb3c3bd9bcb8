import { type Backoff, exponentialBackoff } from "../base/backoff.ts";
import type { ByteStream } from "../base/byte-stream.ts";
import type { Clock } from "../base/clock.ts";
import { FerryError, toFerryError, withSide } from "../base/error.ts";
import type { Random } from "../base/random.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { RepositoryReader } from "../registry/repository.ts";
import { createVerifier } from "./content-verifier.ts";

/** What reading a blob needs besides the blob. */
export interface ReadBlobOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Told how many more bytes have been read from the source. */
  readonly onBytes?: (bytes: number) => void;
}

/** A blob being read; the first request is on its way already. */
export interface BlobReading {
  /**
   * The blob's bytes, verified: the last ones come only when size and digest are right, so a
   * consumer that needs them all never completes a damaged blob.
   */
  readonly stream: ByteStream;
  /** What broke the stream, when something did; tells the source's faults from the target's. */
  failure(): FerryError | undefined;
  /** Gives the reading up; harmless after its end. */
  cancel(): void;
}

/** Tries in a row that bring no byte before the reading fails. */
const FRUITLESS_ATTEMPTS_MAX = 6;

/**
 * Opens a blob at the source and goes on with `Range` where the connection broke, so the consumer
 * sees one unbroken stream.
 */
export function readBlob(
  source: RepositoryReader,
  blob: Descriptor,
  options: ReadBlobOptions,
): BlobReading {
  return new ResumedReading(source, blob, options);
}

class ResumedReading implements BlobReading {
  readonly stream: ByteStream;
  readonly #source: RepositoryReader;
  readonly #blob: Descriptor;
  readonly #options: ReadBlobOptions;
  readonly #first: Promise<ByteStream> | undefined;
  #opening: Promise<ByteStream> | undefined;
  #backoff: Backoff;
  #isStarted = false;
  #failure: FerryError | undefined;

  constructor(source: RepositoryReader, blob: Descriptor, options: ReadBlobOptions) {
    this.#source = source;
    this.#blob = blob;
    this.#options = options;
    this.#backoff = exponentialBackoff(options.random);
    this.#first = blob.size === 0 ? undefined : this.#openAt(0);
    // A reading that is cancelled before anyone iterates it must not surface as unhandled.
    this.#first?.catch(() => undefined);
    this.#opening = this.#first;
    this.stream = this.#read();
  }

  failure(): FerryError | undefined {
    return this.#failure;
  }

  cancel(): void {
    // Once someone iterates the stream, leaving it closes it.
    if (!this.#isStarted) this.#first?.then(close, () => undefined);
  }

  /** One generator for all of it: every chunk would pass through each further one. */
  async *#read(): AsyncGenerator<Uint8Array> {
    this.#isStarted = true;
    try {
      const verifier = createVerifier(this.#blob);
      while (verifier.bytes < this.#blob.size) {
        const offset = verifier.bytes;
        try {
          for await (const chunk of await (this.#opening ?? this.#openAt(offset))) {
            verifier.update(chunk);
            this.#options.onBytes?.(chunk.byteLength);
            yield chunk;
          }
          if (verifier.bytes < this.#blob.size) throw truncated(this.#blob, verifier.bytes);
        } catch (thrown) {
          await this.#waitOut(thrown, verifier.bytes > offset);
        }
      }
    } catch (thrown) {
      this.#failure = withSide(thrown, "source");
      throw this.#failure;
    }
  }

  #openAt(offset: number): Promise<ByteStream> {
    const { signal } = this.#options;
    return this.#source.fetchBlob(this.#blob, offset === 0 ? { signal } : { signal, offset });
  }

  /** Waits before reading on; throws what cannot be waited out. */
  async #waitOut(thrown: unknown, isFruitful: boolean): Promise<void> {
    const { clock, random, signal } = this.#options;
    this.#opening = undefined;
    if (signal.aborted) throw signal.reason;
    if (isFruitful) this.#backoff = exponentialBackoff(random);
    await clock.sleep(pauseMs(thrown, this.#backoff), signal);
    this.#backoff = this.#backoff.next();
  }
}

async function close(stream: ByteStream): Promise<void> {
  await stream[Symbol.asyncIterator]().return?.();
}

/** How long to wait before reading on; throws what cannot be waited out. */
function pauseMs(thrown: unknown, backoff: Backoff): number {
  const error = toFerryError(thrown);
  const passing = error.remedy === "retry" || error.remedy === "retryAfter";
  if (!passing || backoff.attempt >= FRUITLESS_ATTEMPTS_MAX) throw error;
  return error.retryAfterMs ?? backoff.delayMs;
}

function truncated(blob: Descriptor, bytes: number): FerryError {
  return new FerryError(`blob ${blob.digest} ended after ${bytes} of ${blob.size} bytes`, {
    code: "BLOB_TRUNCATED",
    remedy: "retry",
    side: "source",
  });
}
