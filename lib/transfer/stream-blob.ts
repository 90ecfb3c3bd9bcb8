import { type ByteStream, collect } from "../base/byte-stream.ts";
import { type FerryError, withSide } from "../base/error.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type {
  BlobContent,
  RepositoryReader,
  RepositoryWriter,
  UploadSession,
} from "../registry/repository.ts";
import { type BlobReading, type ReadBlobOptions, readBlob } from "./read-blob.ts";
import { tee } from "./tee.ts";

/** A target that takes the blob's bytes; `session` is one already open, used up by this. */
export interface StreamTarget {
  readonly target: { readonly repository: RepositoryWriter };
  session: UploadSession | undefined;
}

/** What kept a target from taking a blob. */
export interface StreamFailure {
  /** Names its side. */
  readonly error: FerryError;
  /** Bytes were on their way: only then has nobody tried again yet. */
  readonly sending: boolean;
}

/** Up to here a blob is held whole: cheaper than a stream, and it can be sent again at once. */
const WHOLE_BYTES_MAX = 64 * 1024;

/**
 * Sends one read of a blob to all targets; upload sessions are opened while the read begins.
 *
 * @returns per target `undefined` when it took the blob, else what went wrong.
 */
export async function streamBlob(
  blob: Descriptor,
  source: RepositoryReader,
  targets: readonly StreamTarget[],
  options: ReadBlobOptions,
): Promise<(StreamFailure | undefined)[]> {
  const reading = readBlob(source, blob, options);
  const openAgain = () => readBlob(source, blob, options).stream;
  try {
    const contents =
      blob.size <= WHOLE_BYTES_MAX
        ? wholeContents(blob, reading, targets.length)
        : streamedContents(blob, reading.stream, { count: targets.length, openAgain });
    return await Promise.all(
      targets.map((target, index) =>
        upload(blob, target, { content: contents[index], reading, signal: options.signal }),
      ),
    );
  } finally {
    reading.cancel();
  }
}

/** Content for one target, and how to let go of it when it is not wanted after all. */
interface OpenContent {
  ready(): Promise<BlobContent>;
  close(): void;
}

function wholeContents(blob: Descriptor, reading: BlobReading, count: number): OpenContent[] {
  const whole = collect(reading.stream, WHOLE_BYTES_MAX);
  // Each target awaits it; one that fails before must not leave it unhandled.
  whole.catch(() => undefined);
  const ready = async (): Promise<BlobContent> => {
    const bytes = (await whole) ?? new Uint8Array();
    return { bytes: blob.size, whole: bytes, open: () => once(bytes) };
  };
  return Array.from({ length: count }, () => ({ ready, close: () => undefined }));
}

async function* once(bytes: Uint8Array): ByteStream {
  yield bytes;
}

function streamedContents(
  blob: Descriptor,
  stream: ByteStream,
  options: { readonly count: number; readonly openAgain: () => ByteStream },
): OpenContent[] {
  const branches =
    options.count === 1 ? [{ stream, close: () => undefined }] : tee(stream, options.count);
  return branches.map((branch) => {
    let opened = false;
    const open = (): ByteStream => {
      if (opened) return options.openAgain();
      opened = true;
      return branch.stream;
    };
    return { ready: async () => ({ bytes: blob.size, open }), close: branch.close };
  });
}

async function upload(
  blob: Descriptor,
  target: StreamTarget,
  context: {
    readonly content: OpenContent | undefined;
    readonly reading: BlobReading;
    readonly signal: AbortSignal;
  },
): Promise<StreamFailure | undefined> {
  const { content, reading, signal } = context;
  let { session } = target;
  target.session = undefined;
  try {
    session ??= await target.target.repository.startUpload({ signal });
    await session.commit(blob.digest, await content?.ready(), { signal });
    return undefined;
  } catch (thrown) {
    signal.throwIfAborted();
    // Nobody else would end it, and the next try opens another.
    await session?.cancel({ signal });
    const error = reading.failure() ?? withSide(thrown, "target");
    return { error, sending: session !== undefined };
  } finally {
    content?.close();
  }
}
