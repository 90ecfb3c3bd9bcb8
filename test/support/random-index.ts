import type { Descriptor } from "../../lib/oci/descriptor.ts";
import { MEDIA_TYPES } from "../../lib/oci/media-types.ts";
import { contentOf, type ImageContent } from "./image-content.ts";
import { jsonBytes, randomImage } from "./random-image.ts";

/** How an index is written. */
export interface RandomIndexOptions {
  readonly format?: "oci" | "docker";
  /** Indented JSON. */
  readonly pretty?: boolean;
  /** Leaves `mediaType` out of the index, as OCI 1.0 allows. */
  readonly untyped?: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Builds an index of these children; each comes with the platform its root carries, or none. */
export function randomIndex(
  children: readonly ImageContent[],
  options: RandomIndexOptions = {},
): ImageContent {
  const mediaType = options.format === "docker" ? MEDIA_TYPES.dockerList : MEDIA_TYPES.ociIndex;
  const index = {
    schemaVersion: 2,
    ...(!options.untyped && { mediaType }),
    manifests: children.map(({ root }) => root),
    ...(options.annotations && { annotations: options.annotations }),
  };
  return contentOf(mediaType, jsonBytes(index, options.pretty), { children });
}

/** Builds an index of one image for each `os/architecture[/variant]`. */
export function platformIndex(
  seed: string,
  platforms: readonly string[],
  options: RandomIndexOptions = {},
): ImageContent {
  const children = platforms.map((name) => {
    const [os = "", architecture = "", variant] = name.split("/");
    const platform = { os, architecture, ...(variant !== undefined && { variant }) };
    const format = options.format ?? "oci";
    return randomImage({ seed: `${seed} ${name}`, platform, format });
  });
  return randomIndex(children, options);
}

/** Builds the attestation that BuildKit puts beside an image in its index. */
export function attestationFor(image: ImageContent): ImageContent {
  const attestation = randomImage({ seed: `attestation of ${image.root.digest}`, layers: [300] });
  return {
    ...attestation,
    root: {
      ...attestation.root,
      platform: { os: "unknown", architecture: "unknown" },
      annotations: {
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": image.root.digest,
      },
    },
  };
}

/** Builds a child of a media type nobody knows. */
export function strangerManifest(seed: string): ImageContent {
  const bytes = jsonBytes({ schemaVersion: 2, strange: seed });
  return contentOf("application/vnd.example.strange.v1+json", bytes, {});
}

/** The tag of the referrers tag schema, or cosign's with a suffix. */
export function digestTag(subject: Descriptor, suffix?: "sig" | "att" | "sbom"): string {
  const tag = subject.digest.replace(":", "-");
  return suffix ? `${tag}.${suffix}` : tag;
}
