import { describe, expect, it } from "vitest";
import { digestOf } from "../../lib/oci/digest.ts";
import { MEDIA_TYPES } from "../../lib/oci/media-types.ts";
import { parseManifest } from "../../lib/oci/parse-manifest.ts";
import type { ImageContent } from "./image-content.ts";
import { ambiguousManifest, randomArtifact, schema1Image } from "./random-artifact.ts";
import { randomImage } from "./random-image.ts";
import {
  attestationFor,
  digestTag,
  platformIndex,
  randomIndex,
  strangerManifest,
} from "./random-index.ts";

const AMD64 = { os: "linux", architecture: "amd64" };

function rootOf(image: ImageContent) {
  const bytes = image.manifests.get(image.root.digest)!.bytes;
  return { bytes, content: parseManifest({ descriptor: image.root, bytes }) };
}

describe("randomImage", () => {
  it("is the same for the same options, and another for another seed", () => {
    expect(randomImage({ seed: "a" }).root).toEqual(randomImage({ seed: "a" }).root);
    expect(randomImage({ seed: "a" }).root).not.toEqual(randomImage({ seed: "b" }).root);
  });

  it.each([
    ["oci", MEDIA_TYPES.ociManifest],
    ["docker", MEDIA_TYPES.dockerManifest],
  ] as const)("writes %s manifests whose digests and sizes are true", (format, mediaType) => {
    const image = randomImage({ seed: "a", format, layers: [10, 0, 2_000_000] });
    expect(image.root.mediaType).toBe(mediaType);
    const { bytes, content } = rootOf(image);
    expect(digestOf(bytes)).toBe(image.root.digest);
    expect(content.blobs).toHaveLength(4);
    for (const { digest, size } of content.blobs) {
      const source = image.blobs.get(digest)!;
      expect([source.bytes, digestOf(source.whole())]).toEqual([size, digest]);
    }
  });

  it("shares and repeats layers by seed", () => {
    const shared = { bytes: 100, seed: "shared" };
    const image = randomImage({ seed: "a", layers: [shared, shared, 50] });
    expect(image.blobs.size).toBe(3);
    expect(JSON.parse(Buffer.from(rootOf(image).bytes).toString()).layers).toHaveLength(3);
    const other = randomImage({ seed: "b", layers: [shared] });
    expect([...other.blobs.keys()].filter((digest) => image.blobs.has(digest))).toHaveLength(1);
  });

  it("names foreign layers without holding them, and has no layers when asked", () => {
    const image = randomImage({ seed: "a", layers: [], foreignUrls: ["https://cdn.test/layer"] });
    const [, foreign] = rootOf(image).content.blobs;
    expect(foreign?.urls).toEqual(["https://cdn.test/layer"]);
    expect(image.blobs.size).toBe(1);
  });

  it("writes zstd, subject, annotations, indentation, and no mediaType", () => {
    const subject = randomImage({ seed: "subject" }).root;
    const annotations = { note: "text" };
    const options = { seed: "a", compression: "zstd", subject, annotations } as const;
    const { bytes, content } = rootOf(randomImage({ ...options, pretty: true, untyped: true }));
    expect(Buffer.from(bytes).toString()).toContain('\n   "schemaVersion": 2');
    expect(JSON.parse(Buffer.from(bytes).toString())).not.toHaveProperty("mediaType");
    expect(content.subject?.digest).toBe(subject.digest);
    expect(content.blobs.at(-1)?.mediaType).toMatch(/\+zstd$/);
  });
});

describe("randomIndex", () => {
  it("lists platforms, attestations, nested indexes and strangers", () => {
    const image = randomImage({ seed: "a", platform: AMD64 });
    const nested = platformIndex("nested", ["linux/arm/v7"]);
    const index = randomIndex([image, attestationFor(image), nested, strangerManifest("x")]);
    const { children } = rootOf(index).content;
    expect(children.map(({ platform }) => platform?.architecture)).toEqual([
      "amd64",
      "unknown",
      undefined,
      undefined,
    ]);
    expect(children[1]?.annotations?.["vnd.docker.reference.digest"]).toBe(image.root.digest);
    expect(index.manifests.size).toBe(6);
    for (const [digest, { bytes }] of index.manifests) expect(digestOf(bytes)).toBe(digest);
  });

  it("writes Docker lists", () => {
    const index = platformIndex("a", ["linux/amd64", "linux/arm64"], { format: "docker" });
    expect(index.root.mediaType).toBe(MEDIA_TYPES.dockerList);
    expect(rootOf(index).content.children.map(({ mediaType }) => mediaType)).toEqual([
      MEDIA_TYPES.dockerManifest,
      MEDIA_TYPES.dockerManifest,
    ]);
  });

  it("names the tags of digests", () => {
    const { root } = randomImage({ seed: "a" });
    expect(digestTag(root, "sig")).toMatch(/^sha256-[0-9a-f]{64}\.sig$/);
    expect(digestTag(root)).toMatch(/^sha256-[0-9a-f]{64}$/);
  });
});

describe("randomArtifact", () => {
  it.each([
    ["helm", "application/vnd.cncf.helm.config.v1+json"],
    ["wasm", "application/vnd.wasm.config.v0+json"],
    ["sbom", "application/vnd.oci.empty.v1+json"],
    ["signature", "application/vnd.oci.empty.v1+json"],
  ] as const)("builds %s", (kind, configType) => {
    expect(rootOf(randomArtifact({ seed: "a", kind })).content.config?.mediaType).toBe(configType);
  });

  it("builds what must be refused", () => {
    expect(() => rootOf(schema1Image("a"))).toThrow("schema 1");
    expect(() => rootOf(ambiguousManifest("a"))).toThrow("both");
  });
});
