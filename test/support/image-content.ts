import type { Descriptor } from "../../lib/oci/descriptor.ts";
import { type Digest, digestOf } from "../../lib/oci/digest.ts";
import { type BlobSource, bytesSource } from "./blob-source.ts";
import type { StoredManifest } from "./fake-registry/store.ts";
import type { FakeRegistry } from "./fake-registry.ts";

/** A whole image, index or artifact: everything below its root. */
export interface ImageContent {
  readonly manifests: ReadonlyMap<Digest, StoredManifest>;
  readonly blobs: ReadonlyMap<Digest, BlobSource>;
  readonly root: Descriptor;
}

/** Puts an image into a registry under a tag, without requests. */
export function seedImage(
  registry: FakeRegistry,
  repository: string,
  tag: string,
  image: ImageContent,
): void {
  registry.seed(repository, image, tag);
}

/** One blob with its descriptor. */
export interface BuiltBlob {
  readonly descriptor: Descriptor;
  readonly source: BlobSource;
}

/** Makes a blob of bytes at hand. */
export function blobOf(mediaType: string, content: Uint8Array): BuiltBlob {
  return {
    descriptor: { mediaType, digest: digestOf(content), size: content.byteLength },
    source: bytesSource(content),
  };
}

/** Makes an image of a manifest and what lies below it. */
export function contentOf(
  mediaType: string,
  bytes: Uint8Array,
  below: { readonly blobs?: readonly BuiltBlob[]; readonly children?: readonly ImageContent[] },
): ImageContent {
  const digest = digestOf(bytes);
  const { blobs = [], children = [] } = below;
  return {
    root: { mediaType, digest, size: bytes.byteLength },
    manifests: new Map([
      ...children.flatMap(({ manifests }) => [...manifests]),
      [digest, { mediaType, bytes }],
    ]),
    blobs: new Map([
      ...children.flatMap((child) => [...child.blobs]),
      ...blobs.map(({ descriptor, source }) => [descriptor.digest, source] as const),
    ]),
  };
}
