import type { ByteStream } from "../base/byte-stream.ts";
import type { CallOptions } from "../base/call-options.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import type { ManifestReference, RepositoryName } from "../oci/reference.ts";

/** Which part of a blob to read. */
export interface FetchBlobOptions extends CallOptions {
  /** First byte wanted; 0 when left out. */
  readonly offset?: number;
  /** Bytes wanted from there on; to the blob's end when left out. */
  readonly length?: number;
}

/** One page of a tag listing, in the order the registry gives. */
export interface TagPage {
  readonly tags: readonly string[];
  /** Hands back to `listTags` to go on after this page; `undefined` on the last one. */
  readonly next?: string;
}

/** How to go on with a listing. */
export interface ListTagsOptions extends CallOptions {
  /** `next` of an earlier page, of this or another process. */
  readonly from?: string;
}

/** One repository, read as a content-addressable store. Errors name the request and the answer. */
export interface RepositoryReader {
  readonly name: RepositoryName;
  /** Asks for a manifest's descriptor without its body; `undefined` when there is none. */
  resolve(reference: ManifestReference, options?: CallOptions): Promise<Descriptor | undefined>;
  /**
   * Fetches a manifest and verifies its bytes against the digest that named it.
   *
   * @returns `undefined` when there is none.
   * @throws {FerryError} `DIGEST_MISMATCH`, `MANIFEST_TOO_LARGE`, and the registry's refusals.
   */
  fetchManifest(reference: ManifestReference, options?: CallOptions): Promise<Manifest | undefined>;
  /**
   * Opens a blob, or a part of it. Not verified: whoever reads to the end verifies.
   *
   * A registry that ignores the range is read and skipped up to `offset`, so the stream always
   * starts there.
   *
   * @throws {FerryError} `BLOB_UNKNOWN` (giveUp) when the registry has none.
   */
  fetchBlob(blob: Descriptor, options?: FetchBlobOptions): Promise<ByteStream>;
  /**
   * Lists one page of tags; entries that are no tags are left out.
   *
   * @returns `undefined` when the repository does not exist.
   */
  listTags(options?: ListTagsOptions): Promise<TagPage | undefined>;
  /**
   * Lists manifests whose `subject` is the given one: by the referrers API, else by the tag
   * schema (distribution-spec, *Listing Referrers*).
   */
  referrers(subject: Digest, options?: CallOptions): Promise<readonly Descriptor[]>;
}

/** What a manifest PUT told. */
export interface PushManifestResult {
  /** The registry keeps the referrers list itself: it answered with `OCI-Subject`. */
  readonly subjectIndexed: boolean;
}

/** A blob that is there, as far as a HEAD tells. */
export interface FoundBlob {
  /** Bytes; left out when the registry does not say. */
  readonly size?: number;
}

/** One repository, written as a content-addressable store. */
export interface RepositoryWriter extends RepositoryReader {
  /** Asks for a blob without reading it; `undefined` when there is none. */
  findBlob(blob: Descriptor, options?: CallOptions): Promise<FoundBlob | undefined>;
  hasBlob(blob: Descriptor, options?: CallOptions): Promise<boolean>;
  /**
   * Tries a cross-repository mount from `from`, a repository path of the same registry.
   *
   * A registry that will not mount often answers the same request with an open upload session;
   * it is handed on, not wasted. Any other refusal is `refused` without a session.
   */
  mountBlob(blob: Descriptor, from: string, options?: CallOptions): Promise<MountOutcome>;
  startUpload(options?: CallOptions): Promise<UploadSession>;
  /** Re-opens a session and asks the registry how far it got; `undefined` when it has expired. */
  resumeUpload(
    checkpoint: UploadCheckpoint,
    options?: CallOptions,
  ): Promise<UploadSession | undefined>;
  /**
   * Puts the bytes as they are, by digest or under a tag.
   *
   * @throws {FerryError} `MANIFEST_BLOB_UNKNOWN` when the registry misses content it refers to,
   * `TAG_IMMUTABLE`, `QUOTA_EXCEEDED`, `DENIED`, `MANIFEST_REJECTED`.
   */
  pushManifest(
    manifest: Manifest,
    reference: ManifestReference,
    options?: CallOptions,
  ): Promise<PushManifestResult>;
}

/** What became of a mount request. */
export type MountOutcome =
  | { readonly kind: "mounted" }
  | { readonly kind: "refused"; readonly session?: UploadSession };

/** A stream that can be opened again should the registry ask for another way of sending. */
export interface BlobContent {
  /** Bytes the stream gives. */
  readonly bytes: number;
  /** All of it, when it is small enough to be at hand; can be sent any number of times. */
  readonly whole?: Uint8Array;
  /** Opens the content from its first byte; may be called again after the stream failed. */
  open(): ByteStream;
}

/** An open upload session (distribution-spec, *Pushing a blob in chunks*). */
export interface UploadSession {
  /** Bytes the registry has acknowledged. */
  readonly offset: number;
  /** The least chunk this registry takes, from `OCI-Chunk-Min-Length`; 0 when it says nothing. */
  readonly chunkBytesMin: number;
  /** The greatest chunk this registry takes; 0 when it takes none, left out when it says nothing. */
  readonly chunkBytesMax?: number;
  /** Every chunk but the last has to be as large as the first. */
  readonly chunksEqual?: boolean;
  /** Sends exactly `bytes` more bytes as one PATCH. */
  append(content: ByteStream, bytes: number, options?: CallOptions): Promise<void>;
  /**
   * Closes the session with a PUT; the registry checks the digest. `rest` rides along as its
   * body, so a blob sent whole costs one POST and one PUT. Registries that refuse a whole body
   * are served the way they want (streamed PATCH, chunks) and remembered.
   *
   * @throws {FerryError} `DIGEST_REFUSED` when the registry got other bytes than named.
   */
  commit(digest: Digest, rest?: BlobContent, options?: CallOptions): Promise<void>;
  /** Gives the session up; never fails. */
  cancel(options?: CallOptions): Promise<void>;
  /** Everything another invocation needs to go on from here. */
  checkpoint(): UploadCheckpoint;
}

/** Plain data, safe to keep in the state table; `location` is a capability and never logged. */
export interface UploadCheckpoint {
  readonly location: string;
  readonly offset: number;
  /** Saved SHA-256 state over the bytes before `offset`, base64. */
  readonly hashState?: string;
}

/** Opens repositories by name, each with its own end's credentials. */
export interface RepositoryOpener {
  source(name: RepositoryName): RepositoryReader;
  target(name: RepositoryName): RepositoryWriter;
}
