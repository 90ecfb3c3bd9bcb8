import { describe, expect, it } from "vitest";
import { type ByteStream, collect } from "../../lib/base/byte-stream.ts";
import type { Descriptor } from "../../lib/oci/descriptor.ts";
import { type DigestAlgorithm, digestOf } from "../../lib/oci/digest.ts";
import { BlobCursor } from "../../lib/transfer/blob-cursor.ts";
import { seededBytes } from "../support/blob-source.ts";

const BYTES = seededBytes("cursor", 10_000);

function blobOf(bytes: Uint8Array, algorithm: DigestAlgorithm = "sha256"): Descriptor {
  return { mediaType: "any/type", digest: digestOf(bytes, algorithm), size: bytes.byteLength };
}

/** Serves the bytes in slices of 700, and notes from where. */
function opener(bytes: Uint8Array) {
  const opened: number[] = [];
  async function* open(offset: number): ByteStream {
    opened.push(offset);
    for (let at = offset; at < bytes.byteLength; at += 700) yield bytes.subarray(at, at + 700);
  }
  return { open, opened };
}

async function read(stream: ByteStream): Promise<Buffer> {
  return Buffer.from((await collect(stream, 1_000_000)) ?? []);
}

describe("BlobCursor", () => {
  it("gives part after part out of one reading", async () => {
    const { open, opened } = opener(BYTES);
    const cursor = await BlobCursor.atStart(blobOf(BYTES), open);
    const parts: Buffer[] = [];
    for (const bytes of [1, 699, 4000, 5300]) {
      parts.push(await read(cursor.part(bytes)));
      expect(cursor.advance().offset).toBe(parts.reduce((sum, part) => sum + part.length, 0));
    }
    expect(Buffer.concat(parts).equals(BYTES)).toBe(true);
    expect(opened).toEqual([0]);
  });

  it("gives a part again from the mark, however far it was read", async () => {
    const { open, opened } = opener(BYTES);
    const cursor = await BlobCursor.atStart(blobOf(BYTES), open);
    await read(cursor.part(3000));
    cursor.advance();
    for await (const _ of cursor.part(7000)) break;
    expect((await read(cursor.part(7000))).equals(BYTES.subarray(3000))).toBe(true);
    expect(opened).toEqual([0, 3000]);
  });

  it.each(["sha256", "sha512"] as const)(
    "goes on from a mark in another process (%s)",
    async (algorithm) => {
      const blob = blobOf(BYTES, algorithm);
      const first = await BlobCursor.atStart(blob, opener(BYTES).open);
      await read(first.part(1234));
      const mark = first.advance();
      const { open, opened } = opener(BYTES);
      const second = await BlobCursor.at(JSON.parse(JSON.stringify(mark)), blob, open);
      await second?.skipTo(5000);
      expect(
        (await read(second?.part(5000) ?? opener(BYTES).open(0))).equals(BYTES.subarray(5000)),
      ).toBe(true);
      expect(opened).toEqual([1234]);
    },
  );

  it.each(["", "bm9uZQ==", "%"])("has no use for the hash state %j", async (hashState) => {
    const cursor = await BlobCursor.at({ offset: 5, hashState }, blobOf(BYTES), opener(BYTES).open);
    expect(cursor).toBeUndefined();
  });

  it("keeps the last bytes of a damaged blob to itself", async () => {
    const damaged = Uint8Array.from(BYTES);
    damaged[17] = 0xff ^ (damaged[17] ?? 0);
    const cursor = await BlobCursor.atStart(blobOf(BYTES), opener(damaged).open);
    let given = 0;
    const reading = (async () => {
      for await (const chunk of cursor.part(10_000)) given += chunk.byteLength;
    })();
    await expect(reading).rejects.toMatchObject({ code: "SOURCE_DIGEST_MISMATCH", side: "source" });
    expect(given).toBeLessThan(10_000);
  });

  it("can be moved to the very end, and marks it", async () => {
    const cursor = await BlobCursor.atStart(blobOf(BYTES), opener(BYTES).open);
    await cursor.skipTo(10_000);
    expect(cursor.advance().offset).toBe(10_000);
  });
});
