import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, digestOf } from "../oci/digest.ts";
import { MEDIA_TYPES } from "../oci/media-types.ts";
import { parseManifest } from "../oci/parse-manifest.ts";
import type { ManifestReference } from "../oci/reference.ts";
import type { RepositoryWriter } from "../registry/repository.ts";

/** The tag that lists what refers to a digest where a registry has no referrers API. */
export function referrersTag(subject: Digest): string {
  return subject.replace(":", "-");
}

/** What to add to a subject's list. */
export interface ReferrersAddition {
  readonly subject: Digest;
  readonly added: readonly Descriptor[];
  readonly signal: AbortSignal;
}

/**
 * Adds referrers to the list kept under the referrers tag, as a client must where a registry
 * answered a push without `OCI-Subject` (distribution-spec, *Pushing Manifests with Subject*).
 */
export async function mergeReferrersTag(
  repository: RepositoryWriter,
  { subject, added, signal }: ReferrersAddition,
): Promise<void> {
  const reference: ManifestReference = { kind: "tag", tag: referrersTag(subject) };
  const current = await repository.fetchManifest(reference, { signal });
  const listed = current === undefined ? [] : parseManifest(current).children;
  const digests = new Set(listed.map((entry) => entry.digest));
  const missing = added.filter((entry) => !digests.has(entry.digest));
  if (missing.length === 0) return;
  const manifests = [...listed, ...missing];
  const bytes = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests }),
  );
  const descriptor = {
    mediaType: MEDIA_TYPES.ociIndex,
    digest: digestOf(bytes),
    size: bytes.byteLength,
  };
  await repository.pushManifest({ descriptor, bytes }, reference, { signal });
}
