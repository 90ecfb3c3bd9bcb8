import type { ByteStream } from "../base/byte-stream.ts";
import { FerryError } from "../base/error.ts";
import type { Descriptor } from "../oci/descriptor.ts";

/** The part of a blob that is wanted. */
export interface BlobWindow {
  readonly blob: Descriptor;
  /** First byte wanted. */
  readonly offset: number;
  /** Bytes wanted. */
  readonly length: number;
}

/**
 * Cuts the wanted part out of a stream of the blob's bytes; what comes after it is given up.
 *
 * A stream that ends early ends this one: whoever reads counts.
 *
 * @param startsAt position in the blob of the stream's first byte.
 * @throws {FerryError} `SIZE_MISMATCH` (giveUp), while reading, when bytes come after the blob's
 * last one.
 */
export function cutWindow(stream: ByteStream, startsAt: number, window: BlobWindow): ByteStream {
  return {
    [Symbol.asyncIterator]: () => {
      const source = stream[Symbol.asyncIterator]();
      const wanted = readWindow({ [Symbol.asyncIterator]: () => source }, startsAt, window);
      return {
        next: () => wanted.next(),
        // A generator that was never asked for a chunk does not pass this on by itself.
        return: async () => {
          await source.return?.();
          return wanted.return(undefined);
        },
      };
    },
  };
}

async function* readWindow(
  stream: ByteStream,
  startsAt: number,
  { blob, offset, length }: BlobWindow,
): AsyncGenerator<Uint8Array, undefined> {
  const end = offset + length;
  let position = startsAt;
  for await (const chunk of stream) {
    const from = Math.max(0, offset - position);
    const to = Math.min(chunk.byteLength, end - position);
    position += chunk.byteLength;
    if (position > blob.size) throw sizeMismatch(blob, `at least ${position}`);
    if (to > from) yield chunk.subarray(from, to);
    if (position >= end && end < blob.size) return;
  }
}

/** The error for a blob whose length is not the one its descriptor says; `bytes` is what came. */
export function sizeMismatch(blob: Descriptor, bytes: number | string): FerryError {
  return new FerryError(
    `blob ${blob.digest} has ${bytes} bytes, its descriptor says ${blob.size}`,
    {
      code: "SIZE_MISMATCH",
      remedy: "giveUp",
      hint: "The image is broken at the source; build and push it again.",
    },
  );
}
