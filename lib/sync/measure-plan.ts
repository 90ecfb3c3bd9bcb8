import { mapLimited } from "../base/map-limited.ts";
import type { Digest } from "../oci/digest.ts";
import { parseManifest } from "../oci/parse-manifest.ts";
import { formatRepository, type ManifestReference, parseReference } from "../oci/reference.ts";
import type { RepositoryOpener } from "../registry/repository.ts";
import type { PlannedTask } from "./plan-report.ts";
import { createSourceManifests, type SourceManifests } from "./source-manifests.ts";
import { TURNS_OF_MANY } from "./upload-turn.ts";

/** What the copies of a plan have to bring; what several tags share is counted once. */
export interface PlannedContent {
  /** Source tags to be copied. */
  readonly tags: number;
  /** Source→target pairs. */
  readonly pairs: number;
  /** Manifests and blobs, by target repository. */
  readonly manifests: number;
  readonly blobs: number;
  /** Those of the blobs that workers take turns at. */
  readonly turns: number;
  readonly bytes: number;
  /** Tags whose manifest could not be read: their content is not in the sums. */
  readonly unread: number;
}

interface TagContent {
  readonly manifests: ReadonlySet<Digest>;
  /** Bytes of each. */
  readonly blobs: ReadonlyMap<Digest, number>;
}

const TAGS_AT_ONCE = 16;

/**
 * Reads the manifests of everything a plan would copy. All platforms count, also those a policy
 * leaves out, and blobs that the targets hold already: it is a bound from above.
 *
 * @throws the signal's reason when it aborts.
 */
export async function measurePlan(
  tasks: readonly PlannedTask[],
  repositories: RepositoryOpener,
  signal: AbortSignal,
): Promise<PlannedContent> {
  const copies = targetsBySource(tasks);
  const manifests = new Set<string>();
  const blobs = new Map<string, number>();
  let unread = 0;
  await mapLimited(copies, TAGS_AT_ONCE, async ([source, targets]) => {
    const content = await readTag(source, repositories, signal).catch(() => undefined);
    signal.throwIfAborted();
    if (content === undefined) {
      unread++;
      return;
    }
    for (const target of targets) {
      const repository = formatRepository(parseReference(target));
      for (const digest of content.manifests) manifests.add(`${repository} ${digest}`);
      for (const [digest, bytes] of content.blobs) blobs.set(`${repository} ${digest}`, bytes);
    }
  });
  return {
    tags: copies.size,
    pairs: [...copies.values()].reduce((sum, targets) => sum + targets.length, 0),
    manifests: manifests.size,
    blobs: blobs.size,
    turns: [...blobs.values()].filter((bytes) => bytes > TURNS_OF_MANY.freeBytesMax).length,
    bytes: [...blobs.values()].reduce((sum, bytes) => sum + bytes, 0),
    unread,
  };
}

function targetsBySource(tasks: readonly PlannedTask[]): ReadonlyMap<string, readonly string[]> {
  const targets = new Map<string, string[]>();
  for (const { action, source, target } of tasks) {
    if (action !== "copy") continue;
    const known = targets.get(source) ?? [];
    known.push(target);
    targets.set(source, known);
  }
  return targets;
}

async function readTag(
  name: string,
  repositories: RepositoryOpener,
  signal: AbortSignal,
): Promise<TagContent | undefined> {
  const { tag = "latest", digest, ...repository } = parseReference(name);
  const reference: ManifestReference = digest ? { kind: "digest", digest } : { kind: "tag", tag };
  const source = createSourceManifests(repositories.source(repository), signal);
  const manifests = new Set<Digest>();
  const blobs = new Map<Digest, number>();
  await readTree(reference, source, { manifests, blobs });
  return manifests.size === 0 ? undefined : { manifests, blobs };
}

async function readTree(
  reference: ManifestReference,
  source: SourceManifests,
  found: { readonly manifests: Set<Digest>; readonly blobs: Map<Digest, number> },
): Promise<void> {
  const manifest = await source.byReference(reference);
  if (manifest === undefined || found.manifests.has(manifest.descriptor.digest)) return;
  found.manifests.add(manifest.descriptor.digest);
  const content = parseManifest(manifest);
  for (const { digest, size } of content.blobs) found.blobs.set(digest, size);
  for (const { digest } of content.children) {
    await readTree({ kind: "digest", digest }, source, found);
  }
}
