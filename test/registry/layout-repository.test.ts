import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { systemRandom } from "../../lib/base/random.ts";
import type { Descriptor } from "../../lib/oci/descriptor.ts";
import { layoutRepository } from "../../lib/registry/layout-repository.ts";
import { repositoryContract } from "../contract/repository.ts";
import { seededBytes } from "../support/blob-source.ts";
import { randomImage } from "../support/random-image.ts";
import { failureOf, layerOf, readAll, upload } from "./registry-rig.ts";

const name = { registry: "layout", repository: "folder" };
const folders: string[] = [];

async function newLayout() {
  const folder = await mkdtemp(join(tmpdir(), "imageferry-layout-"));
  folders.push(folder);
  return { folder, repository: layoutRepository({ folder, name, random: systemRandom }) };
}

const removeFolders = () =>
  Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));

repositoryContract("an image layout", async () => {
  const folder = await mkdtemp(join(tmpdir(), "imageferry-layout-"));
  return {
    repository: layoutRepository({ folder, name, random: systemRandom }),
    stop: () => rm(folder, { recursive: true, force: true }),
  };
});

describe("layoutRepository", () => {
  afterEach(removeFolders);

  it("writes what the image-spec says, and nothing else remains", async () => {
    const { folder, repository } = await newLayout();
    const image = randomImage({ seed: "layout", layers: [100] });
    for (const source of image.blobs.values()) await upload(repository, source.whole());
    const { bytes, mediaType } = image.manifests.get(image.root.digest)!;
    const descriptor: Descriptor = { mediaType, digest: image.root.digest, size: bytes.byteLength };
    await repository.pushManifest({ descriptor, bytes }, { kind: "tag", tag: "v1" });
    const marker = await readFile(join(folder, "oci-layout"), "utf8");
    expect(JSON.parse(marker)).toEqual({ imageLayoutVersion: "1.0.0" });
    expect(JSON.parse(await readFile(join(folder, "index.json"), "utf8"))).toMatchObject({
      schemaVersion: 2,
      manifests: [{ ...descriptor, annotations: { "org.opencontainers.image.ref.name": "v1" } }],
    });
    const stored = await readdir(join(folder, "blobs", "sha256"));
    const expected = [...image.blobs.keys(), image.root.digest].map((digest) => digest.slice(7));
    expect(stored.sort()).toEqual(expected.sort());
    expect(await readdir(join(folder, "uploads"))).toEqual([]);
  });

  it("keeps every tag when many are written at once", async () => {
    const { repository } = await newLayout();
    const image = randomImage({ seed: "many", layers: [] });
    for (const source of image.blobs.values()) await upload(repository, source.whole());
    const { bytes, mediaType } = image.manifests.get(image.root.digest)!;
    const manifest = { descriptor: { ...image.root, mediaType }, bytes };
    const tags = Array.from({ length: 20 }, (_, number) => `v${number}`);
    await Promise.all(tags.map((tag) => repository.pushManifest(manifest, { kind: "tag", tag })));
    expect((await repository.listTags())?.tags).toEqual(tags.sort());
  });

  it("notices a blob that was changed or cut on the disk", async () => {
    const { folder, repository } = await newLayout();
    const bytes = seededBytes("damaged", 100);
    const blob = layerOf(bytes);
    await upload(repository, bytes);
    const file = join(folder, "blobs", "sha256", blob.digest.slice(7));
    await writeFile(file, bytes.subarray(0, 50));
    expect((await failureOf(repository.fetchBlob(blob))).code).toBe("SIZE_MISMATCH");
    await writeFile(file, '{"schemaVersion":2}');
    const reference = { kind: "digest", digest: blob.digest } as const;
    expect((await failureOf(repository.fetchManifest(reference))).code).toBe("DIGEST_MISMATCH");
  });

  it("drops what a killed process wrote after its checkpoint", async () => {
    const { folder, repository } = await newLayout();
    const bytes = seededBytes("killed", 1000);
    const session = await repository.startUpload();
    await session.append(streamOf(bytes.subarray(0, 600)), 600);
    const checkpoint = session.checkpoint();
    await writeFile(join(folder, "uploads", checkpoint.location), seededBytes("torn", 700));
    await writeFile(join(folder, "uploads", checkpoint.location), bytes.subarray(0, 600), {
      flag: "r+",
    });
    const again = await repository.resumeUpload(checkpoint);
    const rest = bytes.subarray(600);
    await again?.commit(layerOf(bytes).digest, { bytes: 400, open: () => streamOf(rest) });
    expect(await readAll(await repository.fetchBlob(layerOf(bytes)))).toEqual(Buffer.from(bytes));
  });

  it("takes no checkpoint that leads out of its folder", async () => {
    const { repository } = await newLayout();
    await repository.startUpload();
    for (const location of ["../index.json", "/etc/passwd", "..", ""]) {
      expect(await repository.resumeUpload({ location, offset: 0 })).toBeUndefined();
    }
  });

  it("says which file is no index", async () => {
    const { folder, repository } = await newLayout();
    await writeFile(join(folder, "index.json"), "[]");
    const failure = await failureOf(repository.listTags());
    expect(failure).toMatchObject({ code: "LAYOUT_INVALID", remedy: "fixInput" });
    expect(failure.message).toContain("index.json");
  });
});

async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes.slice();
}
