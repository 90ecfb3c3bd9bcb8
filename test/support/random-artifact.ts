import type { Descriptor } from "../../lib/oci/descriptor.ts";
import { MEDIA_TYPES } from "../../lib/oci/media-types.ts";
import { seededBytes } from "./blob-source.ts";
import { blobOf, contentOf, type ImageContent } from "./image-content.ts";
import { jsonBytes } from "./random-image.ts";

const EMPTY_TYPE = "application/vnd.oci.empty.v1+json";
const HELM_CONFIG = "application/vnd.cncf.helm.config.v1+json";
const HELM_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const WASM_CONFIG = "application/vnd.wasm.config.v0+json";
const SBOM_TYPE = "application/spdx+json";
const SIGNATURE_TYPE = "application/vnd.dev.cosign.artifact.sig.v1+json";

/** What kind of artifact to build, and for which image it is. */
export interface RandomArtifactOptions {
  readonly seed: string;
  readonly kind: "helm" | "wasm" | "sbom" | "signature";
  readonly subject?: Descriptor;
}

const KINDS = {
  helm: { configType: HELM_CONFIG, config: '{"name":"chart"}', layerType: HELM_LAYER },
  wasm: { configType: WASM_CONFIG, config: '{"os":"wasip1"}', layerType: "application/wasm" },
  sbom: { configType: EMPTY_TYPE, config: "{}", layerType: SBOM_TYPE, artifactType: SBOM_TYPE },
  signature: {
    configType: EMPTY_TYPE,
    config: "{}",
    layerType: SIGNATURE_TYPE,
    artifactType: SIGNATURE_TYPE,
  },
} as const;

/** Builds an artifact; SBOM and signature have the empty config `{}` (image-spec, manifest.md). */
export function randomArtifact({ seed, kind, subject }: RandomArtifactOptions): ImageContent {
  const { configType, config: configText, layerType, ...rest } = KINDS[kind];
  const config = blobOf(configType, Buffer.from(configText));
  const layer = blobOf(layerType, seededBytes(`${seed} ${kind}`, 400));
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    ...rest,
    config: config.descriptor,
    layers: [layer.descriptor],
    ...(subject && { subject }),
  };
  const content = contentOf(MEDIA_TYPES.ociManifest, jsonBytes(manifest), {
    blobs: [config, layer],
  });
  return { ...content, root: { ...content.root, ...rest } };
}

/** Builds an image of Docker's schema 1, which registries no longer take. */
export function schema1Image(seed: string): ImageContent {
  const layer = blobOf("application/octet-stream", seededBytes(seed, 300));
  const manifest = {
    schemaVersion: 1,
    name: "old/image",
    tag: "latest",
    architecture: "amd64",
    fsLayers: [{ blobSum: layer.descriptor.digest }],
    history: [{ v1Compatibility: "{}" }],
  };
  return contentOf(MEDIA_TYPES.dockerSchema1, jsonBytes(manifest, true), { blobs: [layer] });
}

/** Builds a manifest that is an image and an index at once (CVE-2021-41190). */
export function ambiguousManifest(seed: string): ImageContent {
  const layer = blobOf("application/octet-stream", seededBytes(seed, 300));
  const manifest = { schemaVersion: 2, manifests: [], layers: [layer.descriptor] };
  return contentOf(MEDIA_TYPES.ociManifest, jsonBytes(manifest), { blobs: [layer] });
}
