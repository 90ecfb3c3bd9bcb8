import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collect } from "../../lib/base/byte-stream.ts";
import { FerryError } from "../../lib/base/error.ts";
import type { Descriptor } from "../../lib/oci/descriptor.ts";
import { digestOf } from "../../lib/oci/digest.ts";
import type { Manifest } from "../../lib/oci/manifest.ts";
import type { ManifestReference } from "../../lib/oci/reference.ts";
import { missingDigests } from "../../lib/registry/missing-content.ts";
import type { BlobContent, RepositoryWriter } from "../../lib/registry/repository.ts";
import { seededBytes } from "../support/blob-source.ts";
import type { ImageContent } from "../support/image-content.ts";
import { randomArtifact } from "../support/random-artifact.ts";
import { randomImage } from "../support/random-image.ts";
import { platformIndex } from "../support/random-index.ts";

/** A repository nobody has written to yet, or the name of the program it would need. */
export type RepositoryUnderTest =
  | { readonly repository: RepositoryWriter; stop(): Promise<void> }
  | { readonly missing: string };

/** What every repository must do, whatever it is made of. */
export function repositoryContract(label: string, start: () => Promise<RepositoryUnderTest>): void {
  describe(`${label}, as a repository`, () => {
    let started: RepositoryUnderTest;
    beforeAll(async () => {
      started = await start();
    });
    afterAll(async () => {
      if (!("missing" in started)) await started.stop();
    });

    /** Tests run in order: each leaves content the later ones may find. */
    const law = (name: string, check: (repository: RepositoryWriter) => Promise<void>) =>
      it(name, async (context) => {
        if ("missing" in started) return context.skip(`${started.missing} is not installed`);
        await check(started.repository);
      });

    law("has nothing at first", async (repository) => {
      expect(await repository.resolve(tag("v1"))).toBeUndefined();
      expect(await repository.fetchManifest(tag("v1"))).toBeUndefined();
      expect(await repository.listTags()).toBeUndefined();
      expect(await repository.hasBlob(descriptorOf(Buffer.from("nothing")))).toBe(false);
      expect(await repository.findBlob(descriptorOf(Buffer.from("nothing")))).toBeUndefined();
      const failure = repository.fetchBlob(descriptorOf(Buffer.from("nothing")));
      await expect(failure).rejects.toMatchObject({ code: "BLOB_UNKNOWN" });
    });

    law("keeps a blob sent whole", async (repository) => {
      const bytes = seededBytes("whole", 100_000);
      await send(repository, bytes);
      expect(await repository.hasBlob(descriptorOf(bytes))).toBe(true);
      expect(await repository.findBlob(descriptorOf(bytes))).toEqual({ size: 100_000 });
      expectBytes(await read(repository, descriptorOf(bytes)), bytes);
    });

    law("reads any part of a blob", async (repository) => {
      const bytes = seededBytes("parts", 50_000);
      const blob = descriptorOf(bytes);
      await send(repository, bytes);
      for (const [offset, length] of [
        [1, 49_999],
        [49_999, 1],
        [100, 200],
        [0, 10],
      ] as const) {
        const part = await read(repository, blob, { offset, length });
        expectBytes(part, bytes.subarray(offset, offset + length));
      }
      expectBytes(await read(repository, blob, { offset: 40_000 }), bytes.subarray(40_000));
      expectBytes(await read(repository, blob, { offset: 50_000 }), new Uint8Array(0));
    });

    law("keeps a blob without a byte", async (repository) => {
      const bytes = new Uint8Array(0);
      await send(repository, bytes);
      expect(await repository.hasBlob(descriptorOf(bytes))).toBe(true);
      expectBytes(await read(repository, descriptorOf(bytes)), bytes);
    });

    law("goes on with an upload from its checkpoint", async (repository) => {
      const bytes = seededBytes("resumed", 30_000);
      const first = await repository.startUpload();
      await first.append(streamOf(bytes.subarray(0, 10_000)), 10_000);
      await first.append(streamOf(bytes.subarray(10_000, 20_000)), 10_000);
      expect(first.offset).toBe(20_000);
      const checkpoint: unknown = JSON.parse(JSON.stringify(first.checkpoint()));
      const second = await repository.resumeUpload(checkpointOf(checkpoint));
      expect(second?.offset).toBe(20_000);
      await second?.commit(digestOf(bytes), contentOf(bytes.subarray(20_000)));
      expectBytes(await read(repository, descriptorOf(bytes)), bytes);
    });

    law("knows no session that was given up", async (repository) => {
      const session = await repository.startUpload();
      await session.append(streamOf(Buffer.from("some bytes")), 10);
      const checkpoint = session.checkpoint();
      await session.cancel();
      await session.cancel();
      expect(await repository.resumeUpload(checkpoint)).toBeUndefined();
    });

    law("refuses bytes that are not the ones named", async (repository) => {
      const session = await repository.startUpload();
      const wanted = digestOf(Buffer.from("wanted"));
      const failure = session.commit(wanted, contentOf(Buffer.from("gotten")));
      await expect(failure).rejects.toMatchObject({ code: "DIGEST_REFUSED", remedy: "retry" });
      expect(await repository.hasBlob(descriptorOf(Buffer.from("wanted")))).toBe(false);
    });

    law("keeps an image byte for byte, under tags and by digest", async (repository) => {
      const image = randomImage({ seed: "contract", pretty: true });
      await sendImage(repository, image);
      await repository.pushManifest(rootOf(image), tag("v1"));
      await repository.pushManifest(rootOf(image), tag("v1.0"));
      for (const reference of [tag("v1"), tag("v1.0"), byDigest(image.root)]) {
        expect(await repository.resolve(reference)).toMatchObject(plain(image.root));
        const manifest = await repository.fetchManifest(reference);
        expect(manifest?.descriptor).toMatchObject(plain(image.root));
        expect(Buffer.from(manifest?.bytes ?? [])).toEqual(Buffer.from(rootOf(image).bytes));
      }
      expect((await repository.listTags())?.tags.toSorted()).toEqual(["v1", "v1.0"]);
    });

    law("moves a tag", async (repository) => {
      const image = randomImage({ seed: "moved" });
      await sendImage(repository, image);
      await repository.pushManifest(rootOf(image), tag("v1"));
      expect(await repository.resolve(tag("v1"))).toMatchObject(plain(image.root));
      expect((await repository.listTags())?.tags.toSorted()).toEqual(["v1", "v1.0"]);
    });

    law("keeps an index over its children", async (repository) => {
      const index = platformIndex("contract", ["linux/amd64", "linux/arm64/v8"]);
      await sendImage(repository, index);
      await repository.pushManifest(rootOf(index), tag("multi"));
      expect(await repository.resolve(tag("multi"))).toMatchObject(plain(index.root));
    });

    law("says what a manifest misses", async (repository) => {
      const image = randomImage({ seed: "incomplete" });
      const failure: unknown = await repository
        .pushManifest(rootOf(image), tag("broken"))
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(FerryError);
      expect(failure).toMatchObject({ code: "MANIFEST_BLOB_UNKNOWN" });
      expect([...missingDigests(failure)].sort()).toEqual([...image.blobs.keys()].sort());
      expect(await repository.resolve(tag("broken"))).toBeUndefined();
    });

    law("lists what refers to an image, where it says that it does", async (repository) => {
      const image = randomImage({ seed: "subject" });
      const sbom = randomArtifact({ seed: "sbom", kind: "sbom", subject: plain(image.root) });
      await sendImage(repository, image);
      await repository.pushManifest(rootOf(image), byDigest(image.root));
      await sendImage(repository, sbom);
      const { subjectIndexed } = await repository.pushManifest(rootOf(sbom), byDigest(sbom.root));
      const listed = await repository.referrers(image.root.digest);
      const expected = { ...plain(sbom.root), artifactType: "application/spdx+json" };
      expect(listed).toEqual(subjectIndexed ? [expect.objectContaining(expected)] : []);
      expect(await repository.referrers(sbom.root.digest)).toEqual([]);
    });
  });
}

/** Compares as a whole: matchers walk long buffers byte by byte. */
function expectBytes(actual: Buffer, expected: Uint8Array): void {
  expect(actual.byteLength).toBe(expected.byteLength);
  expect(actual.equals(expected)).toBe(true);
}

function tag(name: string): ManifestReference {
  return { kind: "tag", tag: name };
}

function byDigest({ digest }: Descriptor): ManifestReference {
  return { kind: "digest", digest };
}

function plain({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}

function descriptorOf(bytes: Uint8Array): Descriptor {
  const mediaType = "application/octet-stream";
  return { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
}

function rootOf(image: ImageContent): Manifest {
  return manifestsOf(image).find(({ descriptor }) => descriptor.digest === image.root.digest)!;
}

function manifestsOf(image: ImageContent): Manifest[] {
  return [...image.manifests].map(([digest, { mediaType, bytes }]) => ({
    descriptor: { mediaType, digest, size: bytes.byteLength },
    bytes,
  }));
}

/** Everything below the root: blobs, then children. */
async function sendImage(repository: RepositoryWriter, image: ImageContent): Promise<void> {
  for (const source of image.blobs.values()) await send(repository, source.whole());
  for (const manifest of manifestsOf(image)) {
    if (manifest.descriptor.digest === image.root.digest) continue;
    await repository.pushManifest(manifest, byDigest(manifest.descriptor));
  }
}

async function send(repository: RepositoryWriter, bytes: Uint8Array): Promise<void> {
  const session = await repository.startUpload();
  await session.commit(digestOf(bytes), contentOf(bytes));
}

async function read(
  repository: RepositoryWriter,
  blob: Descriptor,
  part: { readonly offset?: number; readonly length?: number } = {},
): Promise<Buffer> {
  const stream = await repository.fetchBlob(blob, part);
  return Buffer.from((await collect(stream, blob.size + 1)) ?? []);
}

function contentOf(bytes: Uint8Array): BlobContent {
  return { bytes: bytes.byteLength, open: () => streamOf(bytes) };
}

async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += 4_096) yield bytes.slice(at, at + 4_096);
}

/** A checkpoint that went through a table as text. */
function checkpointOf(value: unknown): { readonly location: string; readonly offset: number } {
  if (typeof value === "object" && value !== null && "location" in value && "offset" in value) {
    return { location: String(value.location), offset: Number(value.offset) };
  }
  throw new Error("not a checkpoint");
}
