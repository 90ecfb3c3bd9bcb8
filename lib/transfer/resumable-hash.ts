import { createSHA256, createSHA512 } from "hash-wasm";
import { unsetEngineFlag } from "../base/engine-flags.ts";
import { type Digest, type DigestAlgorithm, isDigest } from "../oci/digest.ts";

/** A digest in the making whose state can be kept, which Node's own hashes cannot. */
export interface ResumableHash {
  update(bytes: Uint8Array): void;
  /** The state over all bytes so far, base64; some 160 characters for SHA-256. */
  save(): string;
  /** Goes on from a saved state. @throws {Error} when it is none, or of another build. */
  restore(state: string): void;
  /** Ends the hash. */
  digest(): Digest;
}

/**
 * Starts a hash. A tenth of `node:crypto`'s speed (some 100 MiB/s on one slow core): only for
 * blobs that may have to be gone on with by another process.
 */
export async function openResumableHash(algorithm: DigestAlgorithm): Promise<ResumableHash> {
  // WebAssembly that V8 does not optimise takes eight times as long; other modules have no use for it.
  unsetEngineFlag("compileWasmOnce");
  const hash = await (algorithm === "sha256" ? createSHA256() : createSHA512());
  hash.init();
  return {
    update: (bytes) => void hash.update(bytes),
    save: () => Buffer.from(hash.save()).toString("base64"),
    restore: (state) => void hash.load(Buffer.from(state, "base64")),
    digest: () => asDigest(`${algorithm}:${hash.digest("hex")}`),
  };
}

function asDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new TypeError(`${text} is no digest`);
}
