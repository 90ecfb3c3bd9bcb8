import { describe, expect, it } from "vitest";
import { digestOf } from "../../lib/oci/digest.ts";
import { BlobHash } from "../../lib/transfer/blob-hash.ts";
import { seededBytes } from "../support/blob-source.ts";

const BYTES = seededBytes("hash", 3000);
const [FIRST, SECOND, OTHER] = [
  BYTES.subarray(0, 1000),
  BYTES.subarray(1000),
  BYTES.subarray(500, 700),
];

describe.each(["sha256", "sha512"] as const)("a blob's hash, %s", (algorithm) => {
  it.each<[string, (hash: BlobHash) => void]>([
    ["of both kinds", () => undefined],
    ["made swift", (hash) => hash.makeSwift()],
    ["made resumable", (hash) => hash.makeResumable()],
  ])("%s, goes back to its mark as often as it likes", async (_, decide) => {
    const hash = await BlobHash.atStart(algorithm, { both: true });
    hash.update(FIRST);
    hash.mark();
    decide(hash);
    for (let round = 0; round < 2; round++) {
      hash.update(OTHER);
      hash.goBack();
    }
    hash.update(SECOND);
    expect(hash.digest()).toBe(digestOf(BYTES, algorithm));
    hash.goBack();
    hash.update(SECOND);
    expect(hash.digest()).toBe(digestOf(BYTES, algorithm));
  });

  it("is gone on with elsewhere from what a mark kept, unless it was made swift", async () => {
    const hash = await BlobHash.atStart(algorithm, { both: true });
    hash.update(FIRST);
    const next = await BlobHash.at(algorithm, hash.mark());
    next?.update(SECOND);
    expect(next?.digest()).toBe(digestOf(BYTES, algorithm));
    hash.makeSwift();
    expect(await BlobHash.at(algorithm, hash.mark())).toBeUndefined();
  });

  it("can be decided once", async () => {
    const both = await BlobHash.atStart(algorithm, { both: true });
    expect(both.isBoth).toBe(true);
    both.makeResumable();
    both.makeSwift();
    expect(await BlobHash.at(algorithm, both.mark())).toBeDefined();
    expect((await BlobHash.atStart(algorithm, { both: false })).isBoth).toBe(false);
  });
});
