import type { Clock } from "../base/clock.ts";
import { Permits } from "../base/permits.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, digestOf } from "../oci/digest.ts";
import { MEDIA_TYPES } from "../oci/media-types.ts";
import { parseManifest } from "../oci/parse-manifest.ts";
import { formatRepository, type ManifestReference } from "../oci/reference.ts";
import { referrersTag } from "../registry/referrers.ts";
import type { RepositoryWriter } from "../registry/repository.ts";
import type { LockLedger } from "../state/lock-ledger.ts";
import type { WorkScope } from "./graph-context.ts";
import { underLock } from "./under-lock.ts";

/** What to add to a subject's list. */
export interface ReferrersAddition {
  readonly subject: Digest;
  readonly added: readonly Descriptor[];
  readonly scope: WorkScope;
}

/** Keeps the lists under referrers tags, one writer at a time. */
export interface ReferrersTags {
  /**
   * Adds referrers to the list kept under the referrers tag, as a client must where a registry
   * answered a push without `OCI-Subject` (distribution-spec, *Pushing Manifests with Subject*).
   *
   * @throws {FerryError} `LOCK_BUSY` (retryAfter), and what reading and pushing throw.
   */
  add(repository: RepositoryWriter, addition: ReferrersAddition): Promise<void>;
}

/** Locks shared with other processes. */
export interface ReferrersTagsPorts {
  readonly locks: LockLedger;
  readonly clock: Clock;
}

/**
 * Makes the keeper of one process: the list is read, changed and written, so writers take turns,
 * and with `ports` those of other processes, too.
 */
export function createReferrersTags(ports?: ReferrersTagsPorts): ReferrersTags {
  const turns = new Map<string, Permits>();
  return {
    add: (repository, addition) => {
      const { subject, scope } = addition;
      const key = `${formatRepository(repository.name)}@${subject}`;
      const turn = turns.get(key) ?? new Permits(1);
      turns.set(key, turn);
      const wish = { name: repository.name, what: referrersTag(subject), scope };
      const change = (signal: AbortSignal) => merge(repository, { ...addition, signal });
      const add = ports ? () => underLock(wish, ports, change) : () => change(scope.signal);
      return turn.with(add, scope.signal).finally(() => {
        if (turn.used === 0) turns.delete(key);
      });
    },
  };
}

async function merge(
  repository: RepositoryWriter,
  { subject, added, signal }: ReferrersAddition & { readonly signal: AbortSignal },
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
