import type { CallOptions } from "../base/call-options.ts";
import type { RequestBody } from "../http/transport.ts";
import type { Digest } from "../oci/digest.ts";
import { closeUpload } from "./close-upload.ts";
import type { UploadWay } from "./quirks.ts";
import type { BlobContent } from "./repository.ts";
import { StreamCutter } from "./stream-cutter.ts";
import type { UploadChannel } from "./upload-channel.ts";

/** What is sent, and how. */
export interface BlobSending extends CallOptions {
  readonly digest: Digest;
  /** The bytes from the session's offset on. */
  readonly content: BlobContent;
  readonly way: UploadWay;
  /** Bytes per chunk when `way` is `chunks`. */
  readonly chunkBytes: number;
}

/**
 * Sends a blob's bytes over an open session and closes it, in one way, once.
 *
 * @throws {FerryError} the registry's refusals.
 */
export function sendBlob(channel: UploadChannel, sending: BlobSending): Promise<void> {
  return WAYS[sending.way](channel, sending);
}

type SendBlob = (channel: UploadChannel, sending: BlobSending) => Promise<void>;

const WAYS: Readonly<Record<UploadWay, SendBlob>> = {
  async whole(channel, sending) {
    await channel.put(sending.digest, {
      body: bodyOf(sending),
      ranged: false,
      ...signalOf(sending),
    });
  },

  async streamed(channel, sending) {
    await channel.patch({ body: bodyOf(sending), ranged: false, ...signalOf(sending) });
    await closeUpload(channel, sending.digest, signalOf(sending));
  },

  async chunks(channel, sending) {
    const { content, digest, chunkBytes } = sending;
    const cutter = new StreamCutter(content.open());
    const next = (bytes: number): RequestBody => ({ stream: cutter.take(bytes), bytes });
    try {
      let left = content.bytes;
      for (; left > chunkBytes; left -= chunkBytes) {
        await channel.patch({ body: next(chunkBytes), ranged: true, ...signalOf(sending) });
      }
      // ECR wants the last chunk in the PUT, and it saves a request everywhere else.
      const ranged = channel.offset > 0;
      await channel.put(digest, { body: next(left), ranged, ...signalOf(sending) });
    } finally {
      await cutter.close();
    }
  },
};

function bodyOf({ content }: BlobSending): RequestBody {
  return content.whole ?? { stream: content.open(), bytes: content.bytes };
}

function signalOf({ signal }: CallOptions): CallOptions {
  return signal ? { signal } : {};
}
