import { describe, expect, it } from "vitest";
import type { Descriptor } from "../../lib/oci/descriptor.ts";
import { digestOf } from "../../lib/oci/digest.ts";
import { createVerifier } from "../../lib/transfer/content-verifier.ts";

const CONTENT = Buffer.from("some content of a layer");

function described(content: Uint8Array, change: Partial<Descriptor> = {}): Descriptor {
  const digest = digestOf(content);
  return { mediaType: "application/octet-stream", digest, size: content.byteLength, ...change };
}

describe("createVerifier", () => {
  it("passes right content in any cut", () => {
    for (let cut = 0; cut <= CONTENT.byteLength; cut++) {
      const verifier = createVerifier(described(CONTENT));
      verifier.update(CONTENT.subarray(0, cut));
      verifier.update(CONTENT.subarray(cut));
      expect(verifier.bytes).toBe(CONTENT.byteLength);
    }
  });

  it("knows SHA-512 and content of no bytes", () => {
    const digest = digestOf(CONTENT, "sha512");
    expect(() => createVerifier(described(CONTENT, { digest })).update(CONTENT)).not.toThrow();
    expect(() => createVerifier(described(Buffer.alloc(0)))).not.toThrow();
  });

  it("refuses a flipped bit with the last byte, naming both digests", () => {
    const wrong = Buffer.from(CONTENT);
    wrong[3] = (wrong[3] ?? 0) ^ 1;
    const verifier = createVerifier(described(CONTENT));
    verifier.update(wrong.subarray(0, -1));
    const last = () => verifier.update(wrong.subarray(-1));
    expect(last).toThrow(expect.objectContaining({ code: "SOURCE_DIGEST_MISMATCH" }));
    expect(digestOf(wrong)).not.toBe(digestOf(CONTENT));
  });

  it("refuses one byte too many, and an empty blob with another digest", () => {
    const verifier = createVerifier(described(CONTENT, { size: CONTENT.byteLength - 1 }));
    const tooMany = () => verifier.update(CONTENT);
    expect(tooMany).toThrow(expect.objectContaining({ code: "SOURCE_SIZE_MISMATCH" }));
    const empty = () => createVerifier(described(CONTENT, { size: 0 }));
    expect(empty).toThrow(expect.objectContaining({ code: "SOURCE_DIGEST_MISMATCH" }));
  });
});
