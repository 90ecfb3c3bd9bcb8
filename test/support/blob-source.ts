import { createCipheriv, createHash } from "node:crypto";
import type { ByteStream } from "../../lib/base/byte-stream.ts";
import type { Digest } from "../../lib/oci/digest.ts";

const SLICE_BYTES = 64 * 1024;
const AES_BLOCK_BYTES = 16;

/** Content that can be read from anywhere, whether it lies in memory or is made on the way. */
export interface BlobSource {
  readonly bytes: number;
  /** The bytes from `start` up to, not including, `end`; every chunk is a fresh copy. */
  read(start: number, end: number): ByteStream;
  /** All of it at once; for small content. */
  whole(): Uint8Array;
}

/** Content that lies in memory. */
export function bytesSource(content: Uint8Array): BlobSource {
  return {
    bytes: content.byteLength,
    whole: () => content.slice(),
    read: (start, end) => inSlices(start, end, (from, to) => content.slice(from, to)),
  };
}

/** `bytes` deterministic bytes; the same seed gives the same ones. */
export function seededBytes(seed: string, bytes: number): Uint8Array {
  return keystream(seed, 0, bytes);
}

/** Content that is made as it is read. */
interface StreamedBlob {
  readonly digest: Digest;
  readonly source: BlobSource;
}

/** Hashing a layer takes long, and hundreds of images may share it. */
const streamed = new Map<string, StreamedBlob>();

/** Digests by size and seed of layers that it takes long to hash; a wrong one passes no registry. */
const HASHED: ReadonlyMap<string, Digest> = new Map([
  [
    `${4 * 1024 ** 3} large layer 0`,
    "sha256:a972a3c186c0ba79c7affefaa9f613676bf2c9d62c8356a5594d8e3cc5de47c4",
  ],
  [
    `${2 * 1024 ** 3} large layer 1`,
    "sha256:755dcadf849874d20ebcd01feae3fb941542e067717580f784c611911eff2f43",
  ],
  [
    `${2 * 1024 ** 3} large layer 2`,
    "sha256:f5a7be9a15ed8f8cd874ae877d99f13c2dbcb6ffba26680209f8913f306faafd",
  ],
]);

/** Deterministic content of any size that never lies in memory, with its digest. */
export function streamedBlob(bytes: number, seed: string): StreamedBlob {
  const key = `${bytes} ${seed}`;
  const blob = streamed.get(key) ?? makeStreamedBlob(bytes, seed);
  streamed.set(key, blob);
  return blob;
}

function makeStreamedBlob(bytes: number, seed: string): StreamedBlob {
  const source: BlobSource = {
    bytes,
    whole: () => keystream(seed, 0, bytes),
    read: (start, end) => inSlices(start, end, (from, to) => keystream(seed, from, to)),
  };
  return { digest: HASHED.get(`${bytes} ${seed}`) ?? streamedDigest(bytes, seed), source };
}

function streamedDigest(bytes: number, seed: string): Digest {
  const hash = createHash("sha256");
  for (let at = 0; at < bytes; at += 16 * SLICE_BYTES) {
    hash.update(keystream(seed, at, Math.min(bytes, at + 16 * SLICE_BYTES)));
  }
  return `sha256:${hash.digest("hex")}`;
}

async function* inSlices(
  start: number,
  end: number,
  slice: (from: number, to: number) => Uint8Array,
): ByteStream & AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; at += SLICE_BYTES)
    yield slice(at, Math.min(end, at + SLICE_BYTES));
}

/** AES in counter mode is a random-access generator: block `n` needs no earlier one. */
function keystream(seed: string, start: number, end: number): Uint8Array {
  const firstBlock = Math.floor(start / AES_BLOCK_BYTES);
  const skip = start - firstBlock * AES_BLOCK_BYTES;
  const counter = Buffer.alloc(AES_BLOCK_BYTES);
  counter.writeBigUInt64BE(BigInt(firstBlock), 8);
  const key = createHash("sha256").update(seed).digest();
  const made = createCipheriv("aes-256-ctr", key, counter).update(Buffer.alloc(end - start + skip));
  return new Uint8Array(made.buffer, made.byteOffset + skip, end - start);
}
