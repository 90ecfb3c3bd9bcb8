import type { Digest } from "../../../lib/oci/digest.ts";

/** Switches of serving blobs, and of the CDN behind. */
export interface BlobQuirks {
  /** A21, A22, P17, U2: blobs redirect to the other port, the same host, in a loop, or to a URL. */
  readonly blobRedirect: "other-port" | "same-host" | "loop" | `http${string}`;
  /** A21: the CDN answers 400 to any `Authorization`. */
  readonly cdnRejectsAuth: boolean;
  /** A22: the CDN wants a bearer token of its own, given to anybody. */
  readonly cdnChallenge: boolean;
  /** P17, P18: how long each presigned URL lives, milliseconds, one after the other; then for ever. */
  readonly presignTtlMs: number | readonly number[];
  /** P19: the status of `Range: bytes=N-`. */
  readonly openRange: number;
  /** P20: a range gets the whole blob and 200. */
  readonly range: "ignore";
  /** P21: ranges start this many bytes late, and say so. */
  readonly rangeShift: number;
  /** P22: the body that a 416 announces never comes. */
  readonly range416: "bad-length";
  /** P23: the connection breaks after this many bytes of a blob. */
  readonly cutEvery: number;
  /** P24: the first reading of each blob stands still after this part of it, 0 to 1. */
  readonly stallAt: number;
  /** P25: blobs come without `Content-Length`. */
  readonly chunkedBlob: boolean;
  /** P26: bytes too many at the end of a whole blob. */
  readonly extraBytes: number;
  /** P26: bytes missing at the end of a whole blob. */
  readonly missingBytes: number;
  /** P27: the byte at this position of every blob is wrong, in the first so many readings. */
  readonly flipByte: number | { readonly at: number; readonly times: number };
  /** P28: whole blobs come with `Content-Encoding: gzip`. */
  readonly gzipEncoding: boolean;
  /** P36: this blob cannot be had any more. */
  readonly dropBlob: Digest;
  /** U24: a HEAD says of every blob, or of this one, that it is there. */
  readonly lieOnHead: true | Digest;
}
