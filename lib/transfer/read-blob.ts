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
  const { signal } = options;
  let failure: FerryError | undefined;
  let started = false;
  const first = blob.size === 0 ? undefined : source.fetchBlob(blob, { signal });
  // A reading that is cancelled before anyone iterates it must not surface as unhandled.
  first?.catch(() => undefined);
  async function* stream(): AsyncGenerator<Uint8Array> {
    started = true;
    try {
      yield* resume(first, { source, blob, options });
    } catch (thrown) {
      failure = withSide(thrown, "source");
      throw failure;
    }
  }
  return {
    stream: stream(),
    failure: () => failure,
    // Once someone iterates the stream, leaving it closes it.
    cancel: () => {
      if (!started) first?.then(close, () => undefined);
    },
  };
}

async function close(stream: ByteStream): Promise<void> {
  await stream[Symbol.asyncIterator]().return?.();
}

interface Resumption {
  readonly source: RepositoryReader;
  readonly blob: Descriptor;
  readonly options: ReadBlobOptions;
}

async function* resume(
  first: Promise<ByteStream> | undefined,
  { source, blob, options }: Resumption,
): AsyncGenerator<Uint8Array> {
  const { signal } = options;
  const verifier = createVerifier(blob);
  let opening = first;
  let backoff = exponentialBackoff(options.random);
  while (verifier.bytes < blob.size) {
    const offset = verifier.bytes;
    try {
      yield* readOn(await (opening ?? source.fetchBlob(blob, { signal, offset })));
    } catch (thrown) {
      if (signal.aborted) throw signal.reason;
      if (verifier.bytes > offset) backoff = exponentialBackoff(options.random);
      await options.clock.sleep(pauseMs(thrown, backoff), signal);
      backoff = backoff.next();
    }
    opening = undefined;
  }

  async function* readOn(stream: ByteStream): AsyncGenerator<Uint8Array> {
    for await (const chunk of stream) {
      verifier.update(chunk);
      options.onBytes?.(chunk.byteLength);
      yield chunk;
    }
    if (verifier.bytes < blob.size) throw truncated(blob, verifier.bytes);
  }
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
