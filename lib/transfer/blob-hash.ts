import { createHash, type Hash } from "node:crypto";
import { type Digest, type DigestAlgorithm, isDigest } from "../oci/digest.ts";
import { openResumableHash, type ResumableHash } from "./resumable-hash.ts";

/**
 * A hash over a blob that can go back to its last mark. It begins resumable, which is slow; made
 * for both, it runs Node's own beside until it is known which one is needed.
 */
export class BlobHash {
  readonly #algorithm: DigestAlgorithm;
  #resumable: ResumableHash | undefined;
  #swift: Hash | undefined;
  #swiftAtMark: Hash | undefined;
  #state: string;
  /** A hash that was ended tells its state no more. */
  #endState: string | undefined;

  /** Begins at the blob's first byte. */
  static async atStart(algorithm: DigestAlgorithm, { both }: { readonly both: boolean }) {
    const swift = both ? createHash(algorithm) : undefined;
    return new BlobHash(algorithm, await openResumableHash(algorithm), swift);
  }

  /** Goes on from a kept state; `undefined` when it is of no use. */
  static async at(algorithm: DigestAlgorithm, state: string): Promise<BlobHash | undefined> {
    const resumable = await openResumableHash(algorithm);
    try {
      resumable.restore(state);
    } catch {
      return undefined;
    }
    return new BlobHash(algorithm, resumable, undefined);
  }

  private constructor(
    algorithm: DigestAlgorithm,
    resumable: ResumableHash,
    swift: Hash | undefined,
  ) {
    this.#algorithm = algorithm;
    this.#resumable = resumable;
    this.#swift = swift;
    this.#swiftAtMark = swift?.copy();
    this.#state = resumable.save();
  }

  /** Whether it may still be made swift. */
  get isBoth(): boolean {
    return this.#resumable !== undefined && this.#swift !== undefined;
  }

  /** Gives up that others can go on with it, for speed. */
  makeSwift(): void {
    if (this.isBoth) this.#resumable = undefined;
  }

  /** Gives up the speed. */
  makeResumable(): void {
    if (this.isBoth) this.#swift = undefined;
  }

  update(bytes: Uint8Array): void {
    this.#resumable?.update(bytes);
    this.#swift?.update(bytes);
  }

  /** Sets the mark here. @returns what others go on with; of no use once this is swift. */
  mark(): string {
    this.#state = this.#endState ?? this.#resumable?.save() ?? "";
    this.#swiftAtMark = this.#endState === undefined ? this.#swift?.copy() : undefined;
    return this.#state;
  }

  /** Goes back to the mark. */
  goBack(): void {
    this.#endState = undefined;
    this.#resumable?.restore(this.#state);
    this.#swift = this.#swift && this.#swiftAtMark?.copy();
  }

  /** The digest of all bytes so far; ends the hash until it goes back. */
  digest(): Digest {
    this.#endState = this.#resumable?.save() ?? "";
    const swift = this.#swift && `${this.#algorithm}:${this.#swift.digest("hex")}`;
    const digest = swift ?? this.#resumable?.digest() ?? "";
    if (isDigest(digest)) return digest;
    throw new TypeError(`${digest} is no digest`);
  }
}
