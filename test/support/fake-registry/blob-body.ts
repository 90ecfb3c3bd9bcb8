import type { ByteStream } from "../../../lib/base/byte-stream.ts";
import type { BlobSource } from "../blob-source.ts";
import { orAbort } from "../or-abort.ts";
import { connectionReset } from "./answers.ts";
import type { ByteRange } from "./blobs.ts";
import { countOf, type RegistryState } from "./state.ts";

/** One reading of a blob. */
export interface BlobReading {
  readonly source: BlobSource;
  readonly digest: string;
  readonly range: ByteRange;
  readonly signal: AbortSignal;
}

/** The bytes of a blob, with the faults of this registry on the way: flipped, cut or stalled. */
export function blobBody(state: RegistryState, reading: BlobReading): ByteStream {
  const { source, range } = reading;
  const { cutEvery } = state.quirks;
  let stream = source.read(range.start, range.end);
  const flipAt = flippedPosition(state, reading);
  if (flipAt !== undefined) stream = flipped(stream, flipAt);
  if (cutEvery !== undefined && cutEvery < range.end - range.start) {
    stream = until(stream, cutEvery, () => Promise.reject(connectionReset()));
  }
  const stallAfter = stallPosition(state, reading);
  if (stallAfter !== undefined) {
    stream = until(stream, stallAfter, () => standStill(reading.signal));
  }
  return stream;
}

/** Waits for the client to go away. */
export function standStill(signal: AbortSignal): Promise<never> {
  return orAbort(new Promise<never>(() => undefined), signal);
}

function flippedPosition(state: RegistryState, reading: BlobReading): number | undefined {
  const { flipByte } = state.quirks;
  if (flipByte === undefined) return undefined;
  const { at, times } = typeof flipByte === "number" ? { at: flipByte, times: Infinity } : flipByte;
  const { start, end } = reading.range;
  if (at < start || at >= end) return undefined;
  return countOf(state, `flipByte ${reading.digest}`) <= times ? at - start : undefined;
}

function stallPosition(state: RegistryState, reading: BlobReading): number | undefined {
  const { stallAt } = state.quirks;
  if (stallAt === undefined || countOf(state, `stallAt ${reading.digest}`) > 1) return undefined;
  return Math.floor((reading.range.end - reading.range.start) * stallAt);
}

async function* flipped(stream: ByteStream, at: number): ByteStream & AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of stream) {
    const byte = chunk[at - seen];
    if (at >= seen && byte !== undefined) {
      // The stored bytes may serve other registries of the test, too.
      const damaged = Uint8Array.from(chunk);
      damaged[at - seen] = byte ^ 0xff;
      yield damaged;
    } else yield chunk;
    seen += chunk.byteLength;
  }
}

async function* until(
  stream: ByteStream,
  bytes: number,
  end: () => Promise<never>,
): ByteStream & AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of stream) {
    if (chunk.byteLength >= left) {
      if (left > 0) yield chunk.subarray(0, left);
      await end();
    }
    left -= chunk.byteLength;
    yield chunk;
  }
}
