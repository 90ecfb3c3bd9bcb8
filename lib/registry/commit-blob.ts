import type { CallOptions } from "../base/call-options.ts";
import { FerryError } from "../base/error.ts";
import type { Digest } from "../oci/digest.ts";
import { unlessStored } from "./close-upload.ts";
import type { HostCapabilities } from "./host-capabilities.ts";
import type { UploadWay } from "./quirks.ts";
import type { BlobContent } from "./repository.ts";
import { sendBlob } from "./send-blob.ts";
import type { UploadChannel } from "./upload-channel.ts";

/** A blob to send whole, from its first byte. */
export interface BlobCommit extends CallOptions {
  readonly digest: Digest;
  readonly content: BlobContent;
  /** Opens another session for another try. */
  reopen(): Promise<UploadChannel>;
}

/** One way of sending that is tried. */
interface Step {
  readonly way: UploadWay;
  readonly chunkBytes: number;
  /** Times the same way may still be tried over a renewed token or another address. */
  readonly repeatsLeft: number;
}

const CHUNK_BYTES = 32 * 1024 ** 2;
/** Proxies that take less than this per request take no images at all. */
const CHUNK_BYTES_LEAST = 256 * 1024;

/** Statuses by which registries refuse a PUT with a body. */
const WAY_REFUSED: ReadonlySet<number> = new Set([400, 404, 405, 411, 501]);
/** What those statuses say when they are not about the way of sending. */
const OTHER_REASONS: ReadonlySet<string> = new Set([
  "DIGEST_REFUSED",
  "UPLOAD_UNKNOWN",
  "NAME_UNKNOWN",
  "NAME_NOT_ALLOWED",
  "QUOTA_EXCEEDED",
  "READ_ONLY",
  "TLS_PORT",
]);

/**
 * Sends a blob the way its registry wants it, and remembers that way: one PUT; where that is
 * refused one streamed PATCH; where the body is too large chunks, halved until they pass.
 *
 * @throws {FerryError} `DIGEST_REFUSED` (retry), and the registry's other refusals. One with
 * remedy `retry` leaves the session unusable: start another.
 */
export async function commitBlob(first: UploadChannel, commit: BlobCommit): Promise<void> {
  const { capabilities } = first;
  let channel = first;
  const usual = firstStep(capabilities);
  let step = usual;
  for (;;) {
    try {
      await sendBlob(channel, { ...commit, ...step });
      // Uploads run side by side: only one that had to learn something may change what is known.
      if (step.way !== usual.way || step.chunkBytes !== usual.chunkBytes) {
        remember(step, capabilities);
      }
      return;
    } catch (error) {
      const next = nextStep(error, step, { commit, capabilities });
      if (next === undefined) return unlessStored(error, channel, commit);
      if (!isRedirect(error)) channel = await commit.reopen();
      step = next;
    }
  }
}

function firstStep({ uploadWay, chunkBytesMin, chunkBytesMax }: HostCapabilities): Step {
  const chunkBytes = Math.max(chunkBytesMax || CHUNK_BYTES, chunkBytesMin);
  return { way: uploadWay, chunkBytes, repeatsLeft: 2 };
}

interface Situation {
  readonly commit: BlobCommit;
  readonly capabilities: HostCapabilities;
}

/** What to try after a failure; `undefined` when the failure stands. */
function nextStep(error: unknown, step: Step, situation: Situation): Step | undefined {
  if (!(error instanceof FerryError)) return undefined;
  if (error.code === "CREDENTIALS_RENEWED" || isRedirect(error)) {
    return step.repeatsLeft > 0 ? { ...step, repeatsLeft: step.repeatsLeft - 1 } : undefined;
  }
  if (error.code === "TOO_LARGE") return inSmallerChunks(step, situation);
  const isRefused = WAY_REFUSED.has(error.status ?? 0) && !OTHER_REASONS.has(error.code);
  return step.way === "whole" && isRefused ? { ...step, way: "streamed" } : undefined;
}

function inSmallerChunks(step: Step, { commit, capabilities }: Situation): Step | undefined {
  const refusedBytes = step.way === "chunks" ? step.chunkBytes : commit.content.bytes;
  const half = Math.ceil(Math.min(refusedBytes, commit.content.bytes) / 2);
  const chunkBytes = Math.min(half, capabilities.chunkBytesMax ?? CHUNK_BYTES, CHUNK_BYTES);
  const least = Math.max(CHUNK_BYTES_LEAST, capabilities.chunkBytesMin);
  return chunkBytes >= least ? { ...step, way: "chunks", chunkBytes } : undefined;
}

function remember(step: Step, capabilities: HostCapabilities): void {
  capabilities.uploadWay = step.way;
  if (step.way === "chunks") capabilities.chunkBytesMax = step.chunkBytes;
}

function isRedirect(error: unknown): boolean {
  return error instanceof FerryError && error.code === "UPLOAD_REDIRECTED";
}
