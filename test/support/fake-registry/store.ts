import type { Digest } from "../../../lib/oci/digest.ts";
import type { BlobSource } from "../blob-source.ts";

/** A manifest as it was pushed. */
export interface StoredManifest {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** What one repository holds. */
export interface StoredRepository {
  readonly tags: Map<string, Digest>;
  readonly manifests: Map<Digest, StoredManifest>;
  readonly blobs: Map<Digest, BlobSource>;
  /** When a blob becomes visible to manifests, wall clock milliseconds; for `visibleAfterMs`. */
  readonly visibleAtMs: Map<Digest, number>;
}

/** Repositories by path. */
export type Store = Map<string, StoredRepository>;

/** The repository of that path; made when there is none. */
export function openRepository(store: Store, path: string): StoredRepository {
  const existing = store.get(path);
  if (existing) return existing;
  const made = { tags: new Map(), manifests: new Map(), blobs: new Map(), visibleAtMs: new Map() };
  store.set(path, made);
  return made;
}

/** Contents to compare: what a repository holds, without the bytes that digests stand for. */
export interface RepositorySnapshot {
  readonly tags: ReadonlyMap<string, Digest>;
  /** Media type by digest. */
  readonly manifests: ReadonlyMap<Digest, string>;
  readonly blobs: ReadonlySet<Digest>;
}

/** Takes a snapshot of every repository that holds anything. */
export function snapshotOf(store: Store): ReadonlyMap<string, RepositorySnapshot> {
  const used = [...store].filter(([, held]) => held.manifests.size + held.blobs.size > 0);
  return new Map(
    used.map(([path, held]) => [
      path,
      {
        tags: new Map(held.tags),
        manifests: new Map(
          [...held.manifests].map(([digest, { mediaType }]) => [digest, mediaType]),
        ),
        blobs: new Set(held.blobs.keys()),
      },
    ]),
  );
}
