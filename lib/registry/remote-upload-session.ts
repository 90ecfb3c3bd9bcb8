import type { ByteStream } from "../base/byte-stream.ts";
import type { CallOptions } from "../base/call-options.ts";
import { FerryError } from "../base/error.ts";
import type { Digest } from "../oci/digest.ts";
import { closeUpload, unlessStored } from "./close-upload.ts";
import { commitBlob } from "./commit-blob.ts";
import type { HostCapabilities } from "./host-capabilities.ts";
import { openUpload } from "./open-upload.ts";
import type { RepositoryEndpoint } from "./registry-call.ts";
import type { BlobContent, UploadCheckpoint, UploadSession } from "./repository.ts";
import { sendBlob } from "./send-blob.ts";
import type { UploadChannel } from "./upload-channel.ts";

/**
 * An upload session of a registry.
 *
 * A blob sent whole is sent the way its registry wants; one sent in parts is finished in the
 * session it was begun in.
 */
export function remoteUploadSession(at: RepositoryEndpoint, first: UploadChannel): UploadSession {
  let channel = first;
  const { chunkBytesMin, chunkBytesMax, chunksEqual } = channel.capabilities;
  return {
    get offset() {
      return channel.offset;
    },
    chunkBytesMin,
    ...(chunkBytesMax !== undefined && { chunkBytesMax }),
    chunksEqual,

    async append(content: ByteStream, bytes: number, options: CallOptions = {}) {
      try {
        await channel.patch({ body: { stream: content, bytes }, ranged: true, ...options });
      } catch (error) {
        learnLimit(error, bytes, channel.capabilities);
        throw error;
      }
    },

    async commit(digest: Digest, rest?: BlobContent, options: CallOptions = {}) {
      if (rest === undefined) return closeUpload(channel, digest, options);
      if (channel.offset > 0) return finish(channel, { digest, rest, ...options });
      const reopen = async () => {
        await giveUp(channel, options);
        channel = await openUpload(at, options);
        return channel;
      };
      return commitBlob(channel, { digest, content: rest, reopen, ...options });
    },

    async cancel(options: CallOptions = {}) {
      await giveUp(channel, options);
    },

    checkpoint: (): UploadCheckpoint => ({ location: channel.location, offset: channel.offset }),
  };
}

/** What cannot be ended now is ended by the registry, days later. */
async function giveUp(channel: UploadChannel, options: CallOptions): Promise<void> {
  await channel.delete(options).catch(() => undefined);
}

/** A body that was too large tells what is: at most half of it. */
function learnLimit(error: unknown, bytes: number, capabilities: HostCapabilities): void {
  if (!(error instanceof FerryError) || error.code !== "TOO_LARGE") return;
  const half = Math.ceil(bytes / 2);
  capabilities.chunkBytesMax = Math.min(capabilities.chunkBytesMax ?? half, half);
}

interface Finish extends CallOptions {
  readonly digest: Digest;
  readonly rest: BlobContent;
}

/** What is missing can only go to this session: the bytes before are nowhere else. */
async function finish(channel: UploadChannel, { digest, rest, signal }: Finish): Promise<void> {
  const chunkBytes = channel.capabilities.chunkBytesMax || Number.POSITIVE_INFINITY;
  const options = signal ? { signal } : {};
  try {
    await sendBlob(channel, { digest, content: rest, way: "chunks", chunkBytes, ...options });
  } catch (error) {
    await unlessStored(error, channel, { digest, ...options });
  }
}
