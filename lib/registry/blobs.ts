import type { ByteStream } from "../base/byte-stream.ts";
import type { CallOptions } from "../base/call-options.ts";
import { FerryError } from "../base/error.ts";
import { parseContentRange } from "../http/content-range.ts";
import type { HttpResponse } from "../http/transport.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type BlobWindow, cutWindow, sizeMismatch } from "./blob-window.ts";
import { contentLength, refuseEncoded } from "./content-headers.ts";
import type { RepositoryEndpoint } from "./registry-call.ts";
import type { FetchBlobOptions, FoundBlob } from "./repository.ts";
import { blobPath } from "./repository-path.ts";

/** A blob that was listed a moment ago gets this long to show up before it counts as gone. */
const ASK_AGAIN_AFTER_MS = 1_000;
/** What arrives in one or two packets cannot trickle; the transport's own limit is enough. */
const UNWATCHED_BYTES_MAX = 64 * 1024;

/**
 * Asks for a blob without reading it (distribution-spec, *Checking if content exists in the
 * registry*); `undefined` when there is none.
 *
 * @throws {FerryError} the registry's refusals.
 */
export async function findBlob(
  { client, repository, scopes }: RepositoryEndpoint,
  blob: Pick<Descriptor, "digest">,
  options: CallOptions = {},
): Promise<FoundBlob | undefined> {
  try {
    const response = await client.send({
      method: "HEAD",
      about: "blob",
      target: blobPath(repository, blob.digest),
      scopes,
      expected: [404],
      ...options,
    });
    await response.discard();
    if (response.status === 404) return undefined;
    const size = contentLength(response.headers);
    return size === undefined ? {} : { size };
  } catch (error) {
    // A registry that leads to its storage has the blob; the link may be good for GET only.
    if (error instanceof FerryError && error.code === "STORAGE_REFUSED") return {};
    throw error;
  }
}

/**
 * Asks whether a repository has a blob, whatever its length.
 *
 * @throws {FerryError} the registry's refusals.
 */
export async function hasBlob(
  at: RepositoryEndpoint,
  blob: Pick<Descriptor, "digest">,
  options: CallOptions = {},
): Promise<boolean> {
  return (await findBlob(at, blob, options)) !== undefined;
}

/**
 * Opens a blob, or the part of it that `offset` and `length` name (distribution-spec, *Pulling
 * blobs*). A part is asked for as a closed range; a registry that answers with the whole blob, or
 * with another range, is read and skipped.
 *
 * @throws {FerryError} `BLOB_UNKNOWN`, `CONTENT_ENCODED`, `SIZE_MISMATCH` (all giveUp; the last
 * also while reading), and the registry's refusals.
 */
export async function fetchBlob(
  at: RepositoryEndpoint,
  blob: Descriptor,
  options: FetchBlobOptions = {},
): Promise<ByteStream> {
  const { offset = 0, signal } = options;
  const length = Math.min(options.length ?? blob.size, blob.size - offset);
  if (length <= 0 && blob.size > 0) return nothing();
  const read: BlobRead = { at, blob, offset, length, ...(signal && { signal }) };
  const ranged = length === blob.size ? undefined : await getRange(read);
  const response = ranged ?? checkWhole(await get(read), blob);
  // A length that is told is kept by the transport.
  if (contentLength(response.headers) === length) return response.body;
  return cutWindow(response.body, response.status === 206 ? offset : 0, read);
}

interface BlobRead extends BlobWindow, CallOptions {
  readonly at: RepositoryEndpoint;
}

/** The answer to a ranged GET; `undefined` when it is of no use and the whole has to be asked for. */
async function getRange(read: BlobRead): Promise<HttpResponse | undefined> {
  const { blob, offset, length } = read;
  const response = await get(read, `bytes=${offset}-${offset + length - 1}`);
  if (response.status === 200) return checkWhole(response, blob);
  const range = parseContentRange(response.headers.get("content-range"));
  const isRight = range?.start === offset && (range.total ?? blob.size) === blob.size;
  if (response.status === 206 && isRight) return response;
  // Not awaited: the body of a 416 may never come.
  void response.discard();
  return undefined;
}

function checkWhole(response: HttpResponse, blob: Descriptor): HttpResponse {
  const bytes = contentLength(response.headers);
  if (bytes === undefined || bytes === blob.size) return response;
  void response.discard();
  throw sizeMismatch(blob, bytes);
}

async function get(read: BlobRead, range?: string): Promise<HttpResponse> {
  const { at, blob, length, signal } = read;
  const { client, repository, scopes } = at;
  const open = length <= UNWATCHED_BYTES_MAX ? client.send : client.open;
  const target = blobPath(repository, blob.digest);
  const answers = range === undefined ? [] : [416];
  const call = {
    method: "GET",
    about: "blob",
    target,
    scopes,
    ...(range !== undefined && { headers: { range } }),
    ...(signal && { signal }),
  } as const;
  let response = await open({ ...call, expected: [404, ...answers] });
  if (response.status === 404) {
    await response.discard();
    await client.pause(ASK_AGAIN_AFTER_MS, signal);
    response = await open({ ...call, expected: answers });
  }
  refuseEncoded(response.headers, () => client.url(target));
  return response;
}

async function* nothing(): ByteStream {}
