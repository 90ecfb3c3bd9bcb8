import { createHash } from "node:crypto";
import type { ByteStream } from "../../../lib/base/byte-stream.ts";
import { type Digest, digestAlgorithm, digestOf } from "../../../lib/oci/digest.ts";
import { type BlobSource, bytesSource } from "../blob-source.ts";

/** One blob on its way in. */
export class UploadSession {
  readonly id: string;
  readonly repository: string;
  /** Sizes of the chunks that arrived whole, in order. */
  readonly parts: number[] = [];
  readonly #keepBytesMax: number;
  readonly #hash = createHash("sha256");
  #chunks: Uint8Array[] = [];
  #offset = 0;

  constructor(id: string, repository: string, keepBytesMax: number) {
    this.id = id;
    this.repository = repository;
    this.#keepBytesMax = keepBytesMax;
  }

  /** Bytes received. */
  get offset(): number {
    return this.#offset;
  }

  /** The `_state` of the location that belongs to this offset; raw, as it stands in the query. */
  get stateToken(): string {
    const token = Buffer.from(`${this.id} ${this.#offset}`).toString("base64");
    return `${encodeURIComponent(token)}~`;
  }

  /** Takes a body in; what came before a break is kept. */
  async append(body: ByteStream): Promise<number> {
    const before = this.#offset;
    for await (const chunk of body) {
      this.#hash.update(chunk);
      this.#offset += chunk.byteLength;
      if (this.#offset <= this.#keepBytesMax) this.#chunks.push(chunk);
      else this.#chunks = [];
    }
    return this.#offset - before;
  }

  /** Tells whether the bytes received are those of that digest; ends the session. */
  matches(digest: Digest): boolean {
    if (digestAlgorithm(digest) === "sha256")
      return digest === `sha256:${this.#hash.digest("hex")}`;
    return digest === digestOf(Buffer.concat(this.#chunks), "sha512");
  }

  /** What was received, as a blob. */
  content(): BlobSource {
    return this.#offset <= this.#keepBytesMax
      ? bytesSource(Buffer.concat(this.#chunks))
      : forgotten(this.#offset);
  }
}

function forgotten(bytes: number): BlobSource {
  const refuse = (): never => {
    throw new Error(`a blob of ${bytes} bytes is above keepBytesMax and was not kept`);
  };
  return { bytes, read: refuse, whole: refuse };
}
