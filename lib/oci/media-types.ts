/** Media types that mean something to a copier (image-spec, media-types.md; Docker's older ones). */
export const MEDIA_TYPES = {
  ociIndex: "application/vnd.oci.image.index.v1+json",
  ociManifest: "application/vnd.oci.image.manifest.v1+json",
  ociArtifact: "application/vnd.oci.artifact.manifest.v1+json",
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerSchema1: "application/vnd.docker.distribution.manifest.v1+json",
  dockerSchema1Signed: "application/vnd.docker.distribution.manifest.v1+prettyjws",
} as const;

const INDEXES: ReadonlySet<string> = new Set([MEDIA_TYPES.ociIndex, MEDIA_TYPES.dockerList]);

const MANIFESTS: ReadonlySet<string> = new Set([
  MEDIA_TYPES.ociManifest,
  MEDIA_TYPES.ociArtifact,
  MEDIA_TYPES.dockerManifest,
]);

const SCHEMA1: ReadonlySet<string> = new Set([
  MEDIA_TYPES.dockerSchema1,
  MEDIA_TYPES.dockerSchema1Signed,
]);

/**
 * The one `Accept` header of manifest requests: a registry converts or hides what it is not told
 * about, so every kind is named.
 */
export const MANIFEST_ACCEPT: string = [
  MEDIA_TYPES.ociIndex,
  MEDIA_TYPES.ociManifest,
  MEDIA_TYPES.dockerList,
  MEDIA_TYPES.dockerManifest,
  MEDIA_TYPES.dockerSchema1Signed,
  MEDIA_TYPES.dockerSchema1,
  MEDIA_TYPES.ociArtifact,
].join(", ");

/** Tells whether a media type names an index (OCI) or manifest list (Docker). */
export function isIndexType(mediaType: string): boolean {
  return INDEXES.has(mediaType);
}

/** Tells whether a media type names an image or artifact manifest. */
export function isManifestType(mediaType: string): boolean {
  return MANIFESTS.has(mediaType);
}

/** Tells whether a media type names Docker's schema 1. */
export function isSchema1Type(mediaType: string): boolean {
  return SCHEMA1.has(mediaType);
}
