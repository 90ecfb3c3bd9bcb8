import { Permits } from "../base/permits.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, digestOf } from "../oci/digest.ts";
import { MEDIA_TYPES } from "../oci/media-types.ts";
import { parseManifest } from "../oci/parse-manifest.ts";
import { formatRepository, type ManifestReference } from "../oci/reference.ts";
import { referrersTag } from "../registry/referrers.ts";
import type { RepositoryWriter } from "../registry/repository.ts";

/** What to add to a subject's list. */
export interface ReferrersAddition {
  readonly subject: Digest;
  readonly added: readonly Descriptor[];
  readonly signal: AbortSignal;
}

/** Keeps the lists under referrers tags, one writer at a time in this process. */
export interface ReferrersTags {
  /**
   * Adds referrers to the list kept under the referrers tag, as a client must where a registry
   * answered a push without `OCI-Subject` (distribution-spec, *Pushing Manifests with Subject*).
   */
  add(repository: RepositoryWriter, addition: ReferrersAddition): Promise<void>;
}

/** Makes the keeper of one process: the list is read, changed and written, so writers take turns. */
export function createReferrersTags(): ReferrersTags {
  const turns = new Map<string, Permits>();
  return {
    add: (repository, addition) => {
      const key = `${formatRepository(repository.name)}@${addition.subject}`;
      const turn = turns.get(key) ?? new Permits(1);
      turns.set(key, turn);
      return turn
        .with(() => merge(repository, addition), addition.signal)
        .finally(() => {
          if (turn.used === 0) turns.delete(key);
        });
    },
  };
}

async function merge(
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
