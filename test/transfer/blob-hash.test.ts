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
  it.each<[string, (hash: BlobHash) => unknown]>([
    ["undecided", () => undefined],
    ["made swift", (hash) => hash.makeSwift()],
    ["made resumable", (hash) => hash.makeResumable()],
  ])("%s, goes back to its mark as often as it likes", async (_, decide) => {
    const hash = BlobHash.undecided(algorithm);
    hash.update(OTHER);
    hash.goBack();
    hash.update(FIRST);
    await decide(hash);
    hash.mark();
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

  it("is gone on with elsewhere from what a mark kept, once it was made resumable", async () => {
    const hash = BlobHash.undecided(algorithm);
    const taken = Buffer.from(FIRST);
    hash.update(taken);
    // The place of what was given is used again.
    taken.fill(0);
    expect(hash.mark()).toBeUndefined();
    await hash.makeResumable();
    const next = await BlobHash.at(algorithm, hash.mark() ?? "");
    next?.update(SECOND);
    expect(next?.digest()).toBe(digestOf(BYTES, algorithm));
  });

  it("can be decided once", async () => {
    const hash = BlobHash.undecided(algorithm);
    expect(hash.isUndecided).toBe(true);
    hash.makeSwift();
    await hash.makeResumable();
    expect(hash.isUndecided).toBe(false);
    expect(hash.mark()).toBeUndefined();
    expect((await BlobHash.resumable(algorithm)).isUndecided).toBe(false);
  });

  it("is of no use from a state that is none", async () => {
    expect(await BlobHash.at(algorithm, "bm9uZQ==")).toBeUndefined();
  });
});
