import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collect } from "../../lib/base/byte-stream.ts";
import { digestOf } from "../../lib/oci/digest.ts";
import { bytesSource, seededBytes, streamedBlob } from "./blob-source.ts";

const SIZE = 200_003;

describe("blob sources", () => {
  it("make the same bytes of the same seed, and others of another", () => {
    expect(digestOf(seededBytes("a", 1000))).toBe(digestOf(seededBytes("a", 1000)));
    expect(digestOf(seededBytes("a", 1000))).not.toBe(digestOf(seededBytes("b", 1000)));
    expect(seededBytes("a", 0)).toHaveLength(0);
  });

  it("stream the bytes their digest names, from any place to any place", async () => {
    const { digest, source } = streamedBlob(SIZE, "seed");
    const whole = seededBytes("seed", SIZE);
    expect([digest, digestOf(source.whole())]).toEqual([digestOf(whole), digestOf(whole)]);
    const ranges = fc
      .tuple(fc.nat(SIZE), fc.nat(SIZE))
      .map(([a, b]) => [a, b].sort((x, y) => x - y));
    await fc.assert(
      fc.asyncProperty(ranges, async ([start = 0, end = 0]) => {
        for (const one of [source, bytesSource(whole)]) {
          const part = (await collect(one.read(start, end), SIZE)) ?? new Uint8Array();
          expect(Buffer.compare(part, whole.subarray(start, end))).toBe(0);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("can be larger than memory would be wasted on", async () => {
    const { source } = streamedBlob(64 * 1024 * 1024, "large");
    const end = await collect(source.read(source.bytes - 10, source.bytes), 10);
    expect(end).toHaveLength(10);
  });
});
