import type { CallOptions } from "../base/call-options.ts";
import { FerryError } from "../base/error.ts";
import type { Digest } from "../oci/digest.ts";
import type { UploadChannel } from "./upload-channel.ts";

/** Refusals that another PUT to the same session would get again. */
const SESSION_ENDED: ReadonlySet<string> = new Set([
  "UPLOAD_UNKNOWN",
  "UPLOAD_REFUSED",
  "DIGEST_REFUSED",
  "RANGE_NOT_SATISFIABLE",
]);

/**
 * Closes a session whose bytes are all there: an empty PUT, repeated by remedy. Before it is
 * repeated, and when the session turns out to be gone, the repository is asked for the blob: the
 * answer to the first PUT may have been lost.
 *
 * @throws {FerryError} `DIGEST_REFUSED`, `UPLOAD_UNKNOWN` (both retry: send the blob again), and
 * the registry's other refusals.
 */
export async function closeUpload(
  channel: UploadChannel,
  digest: Digest,
  options: CallOptions = {},
): Promise<void> {
  let mayBeStored = false;
  const ended = await channel.retry(async () => {
    if (mayBeStored && (await channel.isStored(digest, options))) return undefined;
    try {
      return await channel.put(digest, options);
    } catch (error) {
      if (error instanceof FerryError && SESSION_ENDED.has(error.code)) return error;
      mayBeStored = true;
      throw error;
    }
  }, options.signal);
  if (ended !== undefined) await unlessStored(ended, channel, { digest, ...options });
}

/** The blob whose upload failed. */
export interface FailedUpload extends CallOptions {
  readonly digest: Digest;
}

/**
 * Looks whether a blob arrived in spite of an error that leaves it open.
 *
 * @throws the error when it did not, or when there is no telling.
 */
export async function unlessStored(
  error: unknown,
  channel: UploadChannel,
  { digest, signal }: FailedUpload,
): Promise<void> {
  if (!(error instanceof FerryError) || signal?.aborted) throw error;
  const isOpen =
    error.remedy === "retry" && error.side !== "source" && error.code !== "DIGEST_REFUSED";
  if (!isOpen) throw error;
  const isStored = await channel.isStored(digest, signal && { signal }).catch(() => false);
  if (!isStored) throw error;
}
