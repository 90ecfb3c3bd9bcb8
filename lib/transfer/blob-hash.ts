import { createHash, type Hash } from "node:crypto";
import { type Digest, type DigestAlgorithm, isDigest } from "../oci/digest.ts";
import { openResumableHash, type ResumableHash } from "./resumable-hash.ts";

/**
 * A hash over a blob that can go back to its last mark. Either it is swift, by Node's own, or it
 * tells a state that another process can go on with. Begun undecided it is swift, and keeps what
 * passes, so that it can still be made the other.
 */
export class BlobHash {
  readonly #algorithm: DigestAlgorithm;
  #resumable: ResumableHash | undefined;
  #swift: Hash | undefined;
  #swiftAtMark: Hash | undefined;
  /** What has passed so far; only while it is undecided. */
  #kept: Uint8Array[] | undefined;
  #keptAtMark = 0;
  #state: string | undefined;
  /** A hash that was ended tells its state no more. */
  #endState: string | undefined;

  /** Begins at the blob's first byte, swift; whoever decides has to do so after a small part. */
  static undecided(algorithm: DigestAlgorithm): BlobHash {
    return new BlobHash(algorithm, undefined);
  }

  /** Begins at the blob's first byte, resumable. */
  static async resumable(algorithm: DigestAlgorithm): Promise<BlobHash> {
    return new BlobHash(algorithm, await openResumableHash(algorithm));
  }

  /** Goes on from a kept state; `undefined` when it is of no use. */
  static async at(algorithm: DigestAlgorithm, state: string): Promise<BlobHash | undefined> {
    const resumable = await openResumableHash(algorithm);
    try {
      resumable.restore(state);
    } catch {
      return undefined;
    }
    return new BlobHash(algorithm, resumable);
  }

  private constructor(algorithm: DigestAlgorithm, resumable: ResumableHash | undefined) {
    this.#algorithm = algorithm;
    this.#resumable = resumable;
    this.#state = resumable?.save();
    if (resumable !== undefined) return;
    this.#swift = createHash(algorithm);
    this.#swiftAtMark = this.#swift.copy();
    this.#kept = [];
  }

  /** Whether it may still be made either. */
  get isUndecided(): boolean {
    return this.#kept !== undefined;
  }

  /** Gives up that others can go on with it, for speed. */
  makeSwift(): void {
    this.#kept = undefined;
  }

  /** Gives up the speed; not amid a part that may have to be read again. */
  async makeResumable(): Promise<void> {
    if (this.#kept === undefined) return;
    const resumable = await openResumableHash(this.#algorithm);
    for (const bytes of this.#kept) resumable.update(bytes);
    this.#resumable = resumable;
    this.#swift = undefined;
    this.#kept = undefined;
  }

  update(bytes: Uint8Array): void {
    this.#resumable?.update(bytes);
    this.#swift?.update(bytes);
    // Whoever gave the bytes will use their place again; a Buffer's own slice would be that place.
    this.#kept?.push(new Uint8Array(bytes));
  }

  /** Sets the mark here. @returns what others go on with; `undefined` unless it is resumable. */
  mark(): string | undefined {
    this.#state = this.#endState ?? this.#resumable?.save();
    this.#swiftAtMark = this.#endState === undefined ? this.#swift?.copy() : undefined;
    this.#keptAtMark = this.#kept?.length ?? 0;
    return this.#state;
  }

  /** Goes back to the mark. */
  goBack(): void {
    this.#endState = undefined;
    if (this.#state !== undefined) this.#resumable?.restore(this.#state);
    this.#swift = this.#swift && this.#swiftAtMark?.copy();
    this.#kept?.splice(this.#keptAtMark);
  }

  /** The digest of all bytes so far; ends the hash until it goes back. */
  digest(): Digest {
    this.#endState = this.#resumable?.save();
    const swift = this.#swift && `${this.#algorithm}:${this.#swift.digest("hex")}`;
    const digest = swift ?? this.#resumable?.digest() ?? "";
    if (isDigest(digest)) return digest;
    throw new TypeError(`${digest} is no digest`);
  }
}
