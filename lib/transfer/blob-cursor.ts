import type { ByteStream } from "../base/byte-stream.ts";
import { FerryError } from "../base/error.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { digestAlgorithm } from "../oci/digest.ts";
import { StreamCutter } from "../registry/stream-cutter.ts";
import { BlobHash } from "./blob-hash.ts";

/** A place in a blob, and the hash state over what comes before it. */
export interface BlobMark {
  readonly offset: number;
  /** Base64; left out where only this process can go on. */
  readonly hashState?: string;
}

/** Opens the blob from `offset` to its end. */
export type OpenFrom = (offset: number) => ByteStream;

/**
 * Reads a blob part by part from a mark on, and hashes what passes. The mark moves on when a part
 * has arrived where it goes; until then the part can be read again.
 */
export class BlobCursor {
  readonly #blob: Descriptor;
  readonly #open: OpenFrom;
  /** Decided by whoever finds out whether the blob is worth keeping its state. */
  readonly hash: BlobHash;
  #markedAt: number;
  #position: number;
  #cutter: StreamCutter | undefined;
  /** Counts readings: one that was given up must not touch the hash any more. */
  #reading = 0;

  /** Begins at the blob's first byte, with a hash whose state can be kept. */
  static async atStart(blob: Descriptor, open: OpenFrom): Promise<BlobCursor> {
    const hash = await BlobHash.resumable(digestAlgorithm(blob.digest));
    return new BlobCursor(blob, open, { hash, offset: 0 });
  }

  /** Begins at the blob's first byte, with a hash that is yet to be decided. */
  static undecided(blob: Descriptor, open: OpenFrom): BlobCursor {
    const hash = BlobHash.undecided(digestAlgorithm(blob.digest));
    return new BlobCursor(blob, open, { hash, offset: 0 });
  }

  /** Goes on from a mark; `undefined` when its hash state is of no use. */
  static async at(
    mark: Required<BlobMark>,
    blob: Descriptor,
    open: OpenFrom,
  ): Promise<BlobCursor | undefined> {
    const hash = await BlobHash.at(digestAlgorithm(blob.digest), mark.hashState);
    return hash && new BlobCursor(blob, open, { hash, offset: mark.offset });
  }

  private constructor(
    blob: Descriptor,
    open: OpenFrom,
    start: { readonly hash: BlobHash; readonly offset: number },
  ) {
    this.#blob = blob;
    this.#open = open;
    this.hash = start.hash;
    this.#markedAt = start.offset;
    this.#position = start.offset;
  }

  /**
   * The next `bytes` bytes after the mark, each time from the mark anew. The blob's last byte
   * comes only when the digest is right.
   *
   * @throws {FerryError} `SOURCE_DIGEST_MISMATCH` (giveUp), while reading.
   */
  async *part(bytes: number): AsyncGenerator<Uint8Array> {
    const reading = ++this.#reading;
    if (this.#position !== this.#markedAt) this.#goBack();
    this.#cutter ??= new StreamCutter(this.#open(this.#position));
    for await (const chunk of this.#cutter.take(bytes)) {
      if (reading !== this.#reading) return;
      this.hash.update(chunk);
      this.#position += chunk.byteLength;
      if (this.#position === this.#blob.size) this.#verify();
      yield chunk;
    }
  }

  /** Moves the mark behind the part that was read last. */
  advance(): BlobMark {
    this.#markedAt = this.#position;
    const hashState = this.hash.mark();
    return { offset: this.#position, ...(hashState !== undefined && { hashState }) };
  }

  /** Moves the mark to a place further on; what lies between is read and hashed. */
  async skipTo(offset: number): Promise<void> {
    for await (const _ of this.part(offset - this.#markedAt));
    this.advance();
  }

  /** Lets go of the source; not awaited, since a stream may be stuck in its own source. */
  close(): void {
    this.#reading++;
    this.#cutter?.close().catch(() => undefined);
    this.#cutter = undefined;
  }

  #goBack(): void {
    this.#cutter?.close().catch(() => undefined);
    this.#cutter = undefined;
    this.hash.goBack();
    this.#position = this.#markedAt;
  }

  #verify(): void {
    const actual = this.hash.digest();
    if (actual === this.#blob.digest) return;
    throw new FerryError(`blob ${this.#blob.digest} arrived as ${actual}`, {
      code: "SOURCE_DIGEST_MISMATCH",
      remedy: "giveUp",
      side: "source",
      hint: "The source holds damaged content; push the image there again.",
    });
  }
}
