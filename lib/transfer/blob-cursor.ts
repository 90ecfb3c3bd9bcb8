import type { ByteStream } from "../base/byte-stream.ts";
import { FerryError } from "../base/error.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { digestAlgorithm } from "../oci/digest.ts";
import { StreamCutter } from "../registry/stream-cutter.ts";
import { openResumableHash, type ResumableHash } from "./resumable-hash.ts";

/** A place in a blob, and the hash state over what comes before it. */
export interface BlobMark {
  readonly offset: number;
  /** Base64. */
  readonly hashState: string;
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
  readonly #hash: ResumableHash;
  #mark: BlobMark;
  #position: number;
  #cutter: StreamCutter | undefined;
  /** A hash that was ended tells its state no more. */
  #endState = "";
  /** Counts readings: one that was given up must not touch the hash any more. */
  #reading = 0;

  /** Begins at the blob's first byte. */
  static async atStart(blob: Descriptor, open: OpenFrom): Promise<BlobCursor> {
    return new BlobCursor(blob, open, await openResumableHash(digestAlgorithm(blob.digest)));
  }

  /** Goes on from a mark; `undefined` when its hash state is of no use. */
  static async at(
    mark: BlobMark,
    blob: Descriptor,
    open: OpenFrom,
  ): Promise<BlobCursor | undefined> {
    const cursor = await BlobCursor.atStart(blob, open);
    try {
      cursor.#hash.restore(mark.hashState);
    } catch {
      return undefined;
    }
    cursor.#mark = mark;
    cursor.#position = mark.offset;
    return cursor;
  }

  private constructor(blob: Descriptor, open: OpenFrom, hash: ResumableHash) {
    this.#blob = blob;
    this.#open = open;
    this.#hash = hash;
    this.#mark = { offset: 0, hashState: hash.save() };
    this.#position = 0;
  }

  /**
   * The next `bytes` bytes after the mark, each time from the mark anew. The blob's last byte
   * comes only when the digest is right.
   *
   * @throws {FerryError} `SOURCE_DIGEST_MISMATCH` (giveUp), while reading.
   */
  async *part(bytes: number): AsyncGenerator<Uint8Array> {
    const reading = ++this.#reading;
    if (this.#position !== this.#mark.offset) this.#goBack();
    this.#cutter ??= new StreamCutter(this.#open(this.#position));
    for await (const chunk of this.#cutter.take(bytes)) {
      if (reading !== this.#reading) return;
      this.#hash.update(chunk);
      this.#position += chunk.byteLength;
      if (this.#position === this.#blob.size) this.#verify();
      yield chunk;
    }
  }

  /** Moves the mark behind the part that was read last. */
  advance(): BlobMark {
    const atEnd = this.#position === this.#blob.size;
    const hashState = atEnd ? this.#endState : this.#hash.save();
    this.#mark = { offset: this.#position, hashState };
    return this.#mark;
  }

  /** Moves the mark to a place further on; what lies between is read and hashed. */
  async skipTo(offset: number): Promise<void> {
    for await (const _ of this.part(offset - this.#mark.offset));
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
    this.#hash.restore(this.#mark.hashState);
    this.#position = this.#mark.offset;
  }

  #verify(): void {
    this.#endState = this.#hash.save();
    const actual = this.#hash.digest();
    if (actual === this.#blob.digest) return;
    throw new FerryError(`blob ${this.#blob.digest} arrived as ${actual}`, {
      code: "SOURCE_DIGEST_MISMATCH",
      remedy: "giveUp",
      side: "source",
      hint: "The source holds damaged content; push the image there again.",
    });
  }
}
