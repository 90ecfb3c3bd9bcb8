import { describe, expect, it } from "vitest";
import type { ImageContent } from "../support/image-content.ts";
import { randomArtifact } from "../support/random-artifact.ts";
import { randomImage } from "../support/random-image.ts";
import {
  attestationFor,
  platformIndex,
  randomIndex,
  strangerManifest,
} from "../support/random-index.ts";
import { createSyncWorld, policyOf } from "../support/sync-world.ts";

const amd64 = randomImage({ seed: "amd", platform: { os: "linux", architecture: "amd64" } });
const twoPlatforms = platformIndex("two", ["linux/amd64", "linux/arm64/v8"]);

const SHAPES: readonly (readonly [string, ImageContent])[] = [
  ["an OCI image", randomImage({ seed: "oci" })],
  ["a Docker image", randomImage({ seed: "docker", format: "docker" })],
  ["an image without mediaType", randomImage({ seed: "untyped", untyped: true })],
  ["a pretty-printed manifest", randomImage({ seed: "pretty", pretty: true })],
  ["zstd layers", randomImage({ seed: "zstd", compression: "zstd" })],
  ["an empty layer and no layers at all", randomImage({ seed: "empty", layers: [0] })],
  ["an image without layers", randomImage({ seed: "none", layers: [] })],
  [
    "a layer listed three times",
    randomImage({ seed: "thrice", layers: [1, 2, 3].map(() => ({ bytes: 900, seed: "same" })) }),
  ],
  ["layers over the whole-buffer limit", randomImage({ seed: "large", layers: [300_000, 70_000] })],
  [
    "a foreign layer",
    randomImage({ seed: "foreign", foreignUrls: ["https://elsewhere.test/layer"] }),
  ],
  ["an index of two platforms", twoPlatforms],
  ["a Docker list", platformIndex("list", ["linux/amd64", "linux/arm/v7"], { format: "docker" })],
  ["a pretty-printed index", platformIndex("pp", ["linux/amd64"], { pretty: true })],
  ["an index without mediaType", platformIndex("ut", ["linux/amd64"], { untyped: true })],
  [
    "children without platform",
    randomIndex([randomImage({ seed: "p1" }), randomImage({ seed: "p2" })]),
  ],
  ["Docker children in an OCI index", randomIndex([randomImage({ seed: "d1", format: "docker" })])],
  ["a nested index", randomIndex([twoPlatforms, amd64])],
  ["an attestation", randomIndex([amd64, attestationFor(amd64)])],
  ["a child of an unknown media type", randomIndex([amd64, strangerManifest("x")])],
  ["a Helm chart", randomArtifact({ seed: "h", kind: "helm" })],
  ["a WASM module", randomArtifact({ seed: "w", kind: "wasm" })],
  ["an SBOM with the empty config", randomArtifact({ seed: "s", kind: "sbom" })],
];

describe("copying every shape of image", () => {
  it.each(SHAPES)("%s arrives byte for byte", async (_, image) => {
    const { source, target, sync } = createSyncWorld({ target: { lenient: false } });
    source.seed("app", image, "v1");

    const report = await sync(policyOf("source.test/app:v1", "target.test/mirror/app"));

    expect(report.failed).toEqual([]);
    expect(report.totals).toMatchObject({ planned: 1, copied: 1, failed: 0 });
    const arrived = target.snapshot().get("mirror/app");
    expect(arrived?.tags.get("v1")).toBe(image.root.digest);
    expect([...(arrived?.manifests.keys() ?? [])].sort()).toEqual(
      [...image.manifests.keys()].sort(),
    );
    expect([...(arrived?.blobs.keys() ?? [])].sort()).toEqual([...image.blobs.keys()].sort());
    const uploads = target.log.filter(
      ({ method, route }) => method === "PUT" && route.kind === "upload",
    );
    expect(uploads).toHaveLength(image.blobs.size);
  });

  it.each(SHAPES)("%s moves nothing the second time", async (_, image) => {
    const { source, target, sync } = createSyncWorld();
    source.seed("app", image, "v1");
    const policy = policyOf("source.test/app:v1", "target.test/app");
    await sync(policy);
    source.forgetRequests();
    target.forgetRequests();

    const report = await sync(policy);

    expect(report.totals).toMatchObject({ planned: 1, unchanged: 1 });
    expect(target.writes()).toEqual([]);
    expect(source.count() + target.count()).toBeLessThanOrEqual(2);
  });
});
