import type { Descriptor } from "../../lib/oci/descriptor.ts";
import { MEDIA_TYPES } from "../../lib/oci/media-types.ts";
import { seededBytes } from "./blob-source.ts";
import { type BuiltBlob, blobOf, contentOf, type ImageContent } from "./image-content.ts";
import { jsonBytes } from "./random-image.ts";

const LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip";
const CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
/** Some tools look at a layer's first bytes, and pack what is not packed yet. */
const GZIP_START = [0x1f, 0x8b, 0x08, 0x00];

/** Builds an image whose layers of so many bytes every tool takes for packed ones. */
export function gzipLikeImage(
  seed: string,
  layerBytes: readonly number[],
  more: readonly Descriptor[] = [],
): ImageContent {
  const layers = layerBytes.map((bytes, position) => layerOf(`${seed} ${position}`, bytes));
  const descriptors = [...layers.map(({ descriptor }) => descriptor), ...more];
  const config = blobOf(
    CONFIG_TYPE,
    jsonBytes({
      ...{ architecture: "amd64", os: "linux", author: seed, config: {} },
      rootfs: { type: "layers", diff_ids: descriptors.map(({ digest }) => digest) },
    }),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    config: config.descriptor,
    layers: descriptors,
  };
  return contentOf(MEDIA_TYPES.ociManifest, jsonBytes(manifest), { blobs: [config, ...layers] });
}

/** One layer as these images have them. */
export function layerOf(seed: string, bytes: number): BuiltBlob {
  const content = seededBytes(seed, bytes);
  content.set(GZIP_START);
  return blobOf(LAYER_TYPE, content);
}
