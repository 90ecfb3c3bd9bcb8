import type { Descriptor } from "../../lib/oci/descriptor.ts";
import { MEDIA_TYPES } from "../../lib/oci/media-types.ts";
import type { Platform } from "../../lib/oci/platform.ts";
import { seededBytes, streamedBlob } from "./blob-source.ts";
import { type BuiltBlob, blobOf, contentOf, type ImageContent } from "./image-content.ts";

/** Layers up to this size lie in memory; larger ones are made as they are read. */
const MEMORY_BYTES_MAX = 1024 * 1024;

const TYPES = {
  oci: {
    manifest: MEDIA_TYPES.ociManifest,
    config: "application/vnd.oci.image.config.v1+json",
    layer: "application/vnd.oci.image.layer.v1.tar+gzip",
    zstd: "application/vnd.oci.image.layer.v1.tar+zstd",
    foreign: "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
  },
  docker: {
    manifest: MEDIA_TYPES.dockerManifest,
    config: "application/vnd.docker.container.image.v1+json",
    layer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
    zstd: "application/vnd.docker.image.rootfs.diff.tar.zstd",
    foreign: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
  },
} as const;

/** What to build; the same options give the same bytes. */
export interface RandomImageOptions {
  /** Seeds config and layers. */
  readonly seed: string;
  /**
   * Layers in order: a size in bytes, with content of the image's seed, or one with a seed of its
   * own, to share or to repeat it. 0 is a layer without a byte. Default: three small layers.
   */
  readonly layers?: readonly (number | { readonly bytes: number; readonly seed: string })[];
  readonly format?: "oci" | "docker";
  readonly compression?: "gzip" | "zstd";
  readonly platform?: Platform;
  /** Adds a foreign layer that only these URLs have. */
  readonly foreignUrls?: readonly string[];
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Indented JSON. */
  readonly pretty?: boolean;
  /** Leaves `mediaType` out of the manifest, as OCI 1.0 allows. */
  readonly untyped?: boolean;
}

/** Builds an image, deterministic down to the byte. */
export function randomImage(options: RandomImageOptions): ImageContent {
  const types = TYPES[options.format ?? "oci"];
  const layerType = options.compression === "zstd" ? types.zstd : types.layer;
  const layers = (options.layers ?? [1000, 2000, 3000]).map((layer, position) =>
    typeof layer === "number"
      ? layerOf(layerType, layer, `${options.seed} layer ${position}`)
      : layerOf(layerType, layer.bytes, layer.seed),
  );
  const config = configOf(types.config, options);
  const manifest = {
    schemaVersion: 2,
    ...(!options.untyped && { mediaType: types.manifest }),
    config: config.descriptor,
    layers: [
      ...layers.map(({ descriptor }) => descriptor),
      ...foreignLayers(types.foreign, options),
    ],
    ...(options.subject && { subject: options.subject }),
    ...(options.annotations && { annotations: options.annotations }),
  };
  const image = contentOf(types.manifest, jsonBytes(manifest, options.pretty), {
    blobs: [config, ...layers],
  });
  const { platform } = options;
  return platform ? { ...image, root: { ...image.root, platform } } : image;
}

/** Encodes JSON, indented or not. */
export function jsonBytes(value: unknown, pretty = false): Uint8Array {
  return Buffer.from(pretty ? `${JSON.stringify(value, null, 3)}\n` : JSON.stringify(value));
}

function layerOf(mediaType: string, bytes: number, seed: string): BuiltBlob {
  if (bytes <= MEMORY_BYTES_MAX) return blobOf(mediaType, seededBytes(seed, bytes));
  const { digest, source } = streamedBlob(bytes, seed);
  return { descriptor: { mediaType, digest, size: bytes }, source };
}

function configOf(mediaType: string, options: RandomImageOptions): BuiltBlob {
  const { os, architecture, variant } = options.platform ?? { os: "linux", architecture: "amd64" };
  const config = { architecture, os, variant, author: options.seed, rootfs: { type: "layers" } };
  return blobOf(mediaType, jsonBytes(config));
}

function foreignLayers(mediaType: string, options: RandomImageOptions): Descriptor[] {
  const { foreignUrls: urls, seed } = options;
  if (!urls) return [];
  const { descriptor } = layerOf(mediaType, 500, `${seed} foreign layer`);
  return [{ ...descriptor, urls }];
}
