import { createHash } from "node:crypto";
import { FerryError } from "../base/error.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { digestAlgorithm } from "../oci/digest.ts";

/** Checks size and digest of content as its bytes pass. */
export interface ContentVerifier {
  /** Bytes seen so far. */
  readonly bytes: number;
  /**
   * Takes the next bytes; once the last one is in, the digest is compared before this returns.
   *
   * @throws {FerryError} `SOURCE_SIZE_MISMATCH`, `SOURCE_DIGEST_MISMATCH` (giveUp).
   */
  update(chunk: Uint8Array): void;
}

/** Makes the verifier of one blob; empty content is checked at once. */
export function createVerifier(blob: Descriptor): ContentVerifier {
  const hash = createHash(digestAlgorithm(blob.digest));
  let bytes = 0;
  const check = (): void => {
    const actual = `${digestAlgorithm(blob.digest)}:${hash.digest("hex")}`;
    if (actual !== blob.digest) {
      throw mismatch("SOURCE_DIGEST_MISMATCH", `blob ${blob.digest} arrived as ${actual}`);
    }
  };
  if (blob.size === 0) check();
  return {
    get bytes() {
      return bytes;
    },
    update(chunk) {
      if (chunk.byteLength === 0) return;
      bytes += chunk.byteLength;
      if (bytes > blob.size) {
        throw mismatch(
          "SOURCE_SIZE_MISMATCH",
          `blob ${blob.digest} is longer than the ${blob.size} bytes its manifest says`,
        );
      }
      hash.update(chunk);
      if (bytes === blob.size) check();
    },
  };
}

function mismatch(code: string, message: string): FerryError {
  return new FerryError(message, {
    code,
    remedy: "giveUp",
    side: "source",
    hint: "The source holds damaged content; push the image there again.",
  });
}
