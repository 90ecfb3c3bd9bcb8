import { createHash } from "node:crypto";

/** A content digest, `algorithm:encoded` (image-spec, descriptor.md, *Digests*). */
export type Digest = `sha256:${string}` | `sha512:${string}`;

/** Hash algorithms a digest may name. */
export type DigestAlgorithm = "sha256" | "sha512";

const PATTERN = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

/** Tells whether `text` is a digest in the image-spec's grammar with a registered algorithm. */
export function isDigest(text: string): text is Digest {
  return PATTERN.test(text);
}

/** The algorithm a digest names. */
export function digestAlgorithm(digest: Digest): DigestAlgorithm {
  return digest.startsWith("sha512:") ? "sha512" : "sha256";
}

/** Computes the digest of `bytes`. */
export function digestOf(bytes: Uint8Array, algorithm: DigestAlgorithm = "sha256"): Digest {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}
