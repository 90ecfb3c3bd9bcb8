import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import type { ByteStream } from "../base/byte-stream.ts";
import { FerryError } from "../base/error.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, digestAlgorithm, digestOf } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import { detectMediaType, type ManifestContent } from "../oci/parse-manifest.ts";
import { MANIFEST_BYTES_MAX } from "./fetch-manifest.ts";
import type { LayoutFiles } from "./layout-files.ts";
import { MissingContent } from "./missing-content.ts";
import { isMissing } from "./missing-file.ts";
import type { FetchBlobOptions } from "./repository.ts";

/** Length of a blob in a layout, bytes; `undefined` when it has none. */
export async function blobSize(files: LayoutFiles, digest: Digest): Promise<number | undefined> {
  try {
    return (await stat(files.blob(digest))).size;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * Reads a manifest of a layout.
 *
 * @param mediaType what `index.json` says, `""` when it says nothing.
 * @throws {FerryError} `MANIFEST_TOO_LARGE`, `DIGEST_MISMATCH` (both giveUp).
 */
export async function readManifest(
  files: LayoutFiles,
  digest: Digest,
  mediaType = "",
): Promise<Manifest | undefined> {
  const size = await blobSize(files, digest);
  if (size === undefined) return undefined;
  if (size > MANIFEST_BYTES_MAX) throw broken("MANIFEST_TOO_LARGE", `${digest} has ${size} bytes`);
  const bytes = await readFile(files.blob(digest));
  verify(digest, bytes);
  return { descriptor: { mediaType: detectMediaType(mediaType, bytes), digest, size }, bytes };
}

/** @throws {FerryError} `DIGEST_MISMATCH` (giveUp) unless the bytes are the ones named. */
export function verify(digest: Digest, bytes: Uint8Array): void {
  const computed = digestOf(bytes, digestAlgorithm(digest));
  if (computed !== digest) throw broken("DIGEST_MISMATCH", `${digest} has content of ${computed}`);
}

/**
 * Opens a blob of a layout, or a part of it.
 *
 * @throws {FerryError} `BLOB_UNKNOWN`, `SIZE_MISMATCH` (both giveUp).
 */
export async function openBlob(
  files: LayoutFiles,
  blob: Descriptor,
  { offset = 0, length = blob.size, signal }: FetchBlobOptions = {},
): Promise<ByteStream> {
  const size = await blobSize(files, blob.digest);
  if (size === undefined) throw broken("BLOB_UNKNOWN", `there is no ${blob.digest}`);
  if (size !== blob.size) {
    throw broken("SIZE_MISMATCH", `${blob.digest} has ${size} bytes, not ${blob.size}`);
  }
  const end = Math.min(offset + length, size) - 1;
  return readPart(files.blob(blob.digest), { start: offset, end }, signal);
}

/** Opens the file only when it is read: a stream nobody reads must not keep it open. */
async function* readPart(
  path: string,
  { start, end }: { readonly start: number; readonly end: number },
  signal: AbortSignal | undefined,
): ByteStream {
  if (end < start) return;
  for await (const chunk of createReadStream(path, { start, end })) {
    signal?.throwIfAborted();
    yield chunk;
  }
}

/**
 * Refuses a manifest whose content is not all there; layers that live elsewhere (`urls`) and the
 * subject may be missing.
 *
 * @throws {FerryError} `MANIFEST_BLOB_UNKNOWN`: see `missingDigests`.
 */
export async function refuseGaps(files: LayoutFiles, content: ManifestContent): Promise<void> {
  const missing: Digest[] = [];
  for (const { digest, urls } of [...content.children, ...content.blobs]) {
    const isElsewhere = urls !== undefined && urls.length > 0;
    if (!isElsewhere && (await blobSize(files, digest)) === undefined) missing.push(digest);
  }
  if (missing.length === 0) return;
  throw new FerryError(`the layout misses ${missing.join(", ")}`, {
    code: "MANIFEST_BLOB_UNKNOWN",
    remedy: "giveUp",
    cause: new MissingContent(missing),
  });
}

function broken(code: string, what: string): FerryError {
  return new FerryError(`image layout: ${what}`, {
    code,
    remedy: "giveUp",
    hint: "The layout is not complete or was changed; write it anew.",
  });
}
