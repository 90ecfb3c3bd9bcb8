import type { Random } from "../base/random.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import { parseManifest } from "../oci/parse-manifest.ts";
import { isTag, type ManifestReference, type RepositoryName } from "../oci/reference.ts";
import { blobSize, openBlob, readManifest, refuseGaps, verify } from "./layout-content.ts";
import { LayoutFiles } from "./layout-files.ts";
import { LayoutIndex, tagOf } from "./layout-index.ts";
import { resumeLayoutUpload, startLayoutUpload } from "./layout-upload.ts";
import { referrerDescriptor } from "./referrer-descriptor.ts";
import type { PushManifestResult, RepositoryWriter, TagPage } from "./repository.ts";

/** Which folder is a repository. */
export interface LayoutOptions {
  /** The layout's folder; made by the first write. */
  readonly folder: string;
  /** The name it is shown by. */
  readonly name: RepositoryName;
  readonly random: Random;
}

/**
 * A folder in the OCI image layout (image-spec, image-layout.md) as a repository: for archives,
 * air gaps and tests. Everything is written beside and renamed, digests are verified.
 */
export function layoutRepository({ folder, name, random }: LayoutOptions): RepositoryWriter {
  const files = new LayoutFiles(folder, random);
  const index = new LayoutIndex(files);
  const fetchManifest = (reference: ManifestReference) => findManifest(files, index, reference);
  return {
    name,
    fetchManifest,
    resolve: async (reference) => (await fetchManifest(reference))?.descriptor,
    fetchBlob: (blob, options) => openBlob(files, blob, options),
    listTags: () => listTags(index),
    referrers: (subject) => listReferrers(files, index, subject),
    findBlob: async (blob) => {
      const size = await blobSize(files, blob.digest);
      return size === undefined ? undefined : { size };
    },
    hasBlob: async (blob) => (await blobSize(files, blob.digest)) === blob.size,
    mountBlob: async () => ({ kind: "refused" }),
    startUpload: () => startLayoutUpload(files),
    resumeUpload: (checkpoint) => resumeLayoutUpload(files, checkpoint),
    async pushManifest(manifest, reference): Promise<PushManifestResult> {
      const { mediaType, digest, size } = manifest.descriptor;
      verify(digest, manifest.bytes);
      const content = parseManifest(manifest);
      await refuseGaps(files, content);
      await files.prepare();
      await files.write(files.blob(digest), manifest.bytes);
      const refers = content.subject !== undefined;
      const tag = reference.kind === "tag" ? reference.tag : undefined;
      if (tag !== undefined || refers) await index.add({ mediaType, digest, size }, tag);
      return { subjectIndexed: refers };
    },
  };
}

async function findManifest(
  files: LayoutFiles,
  index: LayoutIndex,
  reference: ManifestReference,
): Promise<Manifest | undefined> {
  const entries = (await index.read()) ?? [];
  const entry = entries.find((candidate) =>
    reference.kind === "tag"
      ? tagOf(candidate) === reference.tag
      : candidate.digest === reference.digest,
  );
  const digest = reference.kind === "digest" ? reference.digest : entry?.digest;
  return digest === undefined ? undefined : readManifest(files, digest, entry?.mediaType);
}

async function listTags(index: LayoutIndex): Promise<TagPage | undefined> {
  const entries = await index.read();
  const tags = entries?.map(tagOf).filter((tag) => tag !== undefined);
  return tags && { tags: [...new Set(tags.filter(isTag))].sort() };
}

async function listReferrers(
  files: LayoutFiles,
  index: LayoutIndex,
  subject: Digest,
): Promise<readonly Descriptor[]> {
  const found = new Map<Digest, Descriptor>();
  for (const { digest, mediaType } of (await index.read()) ?? []) {
    const manifest = await readManifest(files, digest, mediaType);
    const refers = manifest && parseManifest(manifest).subject?.digest === subject;
    if (refers) found.set(digest, referrerDescriptor(manifest));
  }
  return [...found.values()];
}
