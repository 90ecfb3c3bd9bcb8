import type { ImageContent } from "./image-content.ts";
import { randomArtifact } from "./random-artifact.ts";
import { randomImage } from "./random-image.ts";
import { attestationFor, platformIndex, randomIndex } from "./random-index.ts";

/** An image of the end-to-end tests. */
export interface E2eImage {
  readonly tag: string;
  readonly image: ImageContent;
  /** skopeo cannot copy it: it knows images alone. */
  readonly httpOnly?: true;
}

const MIB = 1024 * 1024;
const PLATFORMS = ["linux/amd64", "linux/arm64", "linux/arm/v7"] as const;
const SHARED_LAYER = { bytes: 2 * MIB, seed: "base" } as const;

/** One image of every shape that a real registry takes. */
export function everyShape(): E2eImage[] {
  const amd64 = randomImage({ seed: "built", platform: { os: "linux", architecture: "amd64" } });
  return [
    { tag: "oci-platforms", image: platformIndex("oci", PLATFORMS) },
    { tag: "docker-platforms", image: platformIndex("docker", PLATFORMS, { format: "docker" }) },
    { tag: "oci", image: randomImage({ seed: "oci", layers: [SHARED_LAYER, 70_000] }) },
    {
      tag: "docker",
      image: randomImage({ seed: "docker", format: "docker", layers: [SHARED_LAYER, 3 * MIB, 10] }),
    },
    { tag: "zstd", image: randomImage({ seed: "zstd", compression: "zstd" }) },
    { tag: "root-fs", image: randomImage({ seed: "root-fs", layers: manyLayers() }) },
    { tag: "pretty", image: platformIndex("pretty", PLATFORMS, { pretty: true }) },
    { tag: "attested", image: randomIndex([amd64, attestationFor(amd64)]) },
    { tag: "helm", image: randomArtifact({ seed: "chart", kind: "helm" }) },
    { tag: "wasm", image: randomArtifact({ seed: "module", kind: "wasm" }) },
    { tag: "sbom", image: randomArtifact({ seed: "bill", kind: "sbom" }) },
    {
      tag: "nested",
      image: randomIndex([platformIndex("inner", PLATFORMS), randomImage({ seed: "outer" })]),
      httpOnly: true,
    },
  ];
}

/** Twelve layers, one of them twice and one empty. */
function manyLayers(): (number | { readonly bytes: number; readonly seed: string })[] {
  const sizes = Array.from({ length: 10 }, (_, position) => 20_000 * (position + 1));
  return [SHARED_LAYER, ...sizes, 0, SHARED_LAYER];
}
