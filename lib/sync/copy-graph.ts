import { type FerryError, withSide } from "../base/error.ts";
import { mapLimited } from "../base/map-limited.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import { isIndexType, isManifestType } from "../oci/media-types.ts";
import { parseManifest } from "../oci/parse-manifest.ts";
import type { ManifestReference } from "../oci/reference.ts";
import type { PushManifestResult } from "../registry/repository.ts";
import type { Trust } from "./blob-placer.ts";
import { type GraphContext, missingManifest } from "./graph-context.ts";
import { type GraphTarget, isOpen, postpone } from "./graph-target.ts";
import { refuseDepth } from "./index-depth.ts";
import { placeBlobs } from "./place-blobs.ts";
import { sparseIndexRefused } from "./sparse-index-refused.ts";

/** Children at once; their blobs are bounded by the registries' own limits. */
const CHILDREN_AT_ONCE = 8;
/**
 * After a registry missed content: what to wait for and what to send before each further push.
 * Content that was sent may become visible late, so waiting comes before sending it again.
 */
const HEALING_STEPS: readonly HealingStep[] = [
  { resend: "target" },
  { waitMs: 1000 },
  { resend: "nothing" },
  { waitMs: 5000 },
  { resend: "nothing" },
];

interface HealingStep {
  readonly waitMs?: number;
  /** What to believe when content is sent again; left out: nothing is sent. */
  readonly resend?: Trust;
}

/**
 * Copies everything a manifest refers to, children before parents; the manifest itself is not
 * pushed. A target that fails is marked and left out from then on.
 *
 * @throws {FerryError} for faults of the source, which concern every target.
 */
export async function copyContent(
  manifest: Manifest,
  targets: readonly GraphTarget[],
  context: GraphContext,
  depth = 0,
): Promise<void> {
  refuseDepth(manifest, depth);
  const content = parseManifest(manifest);
  const children = content.children.filter((child) => context.only?.has(child.digest) ?? true);
  const parts = [...children, ...content.blobs];
  const needs = await Promise.all(targets.map((target) => missingOf(parts, target, context)));
  const needing = (part: Descriptor): GraphTarget[] =>
    targets.filter((target, index) => isOpen(target) && needs[index]?.has(part.digest));
  await mapLimited(children, CHILDREN_AT_ONCE, (child) =>
    copyChild(child, needing(child), { context, depth }),
  );
  const lacking = content.blobs.map((blob) => ({ blob, targets: needing(blob) }));
  await placeBlobs(lacking, context);
}

/** A manifest on its way to one target. */
export interface ManifestPush {
  readonly target: GraphTarget;
  readonly context: GraphContext;
  readonly depth: number;
  /** Puts it, or finds that it should not be put now; left out: it is put as it is. */
  readonly put?: () => Promise<PushManifestResult | undefined>;
}

/**
 * Pushes a manifest whose content is in place. When the registry misses content after all, what
 * was believed about it is forgotten, the content is sent again and the push repeated.
 *
 * @returns `undefined` when it was not pushed; `target` says why, unless `put` has its own reason.
 */
export async function pushHealing(
  manifest: Manifest,
  reference: ManifestReference,
  push: ManifestPush,
): Promise<PushManifestResult | undefined> {
  const { target, context, depth } = push;
  const { registry, repository } = target.repository.name;
  const steps = healingSteps(manifest, context);
  for (let pushes = 0; isOpen(target); pushes++) {
    try {
      const result = await put(manifest, reference, push);
      if (result === undefined) break;
      context.onProgress();
      if (isComplete(manifest, context)) {
        await context.blobs.record(registry, repository, [manifest.descriptor.digest]);
      }
      return result;
    } catch (thrown) {
      context.signal.throwIfAborted();
      const error = withSide(thrown, "target");
      const step = steps[pushes];
      if (error.code !== "MANIFEST_BLOB_UNKNOWN" || step === undefined) {
        target.failure = pushFailure(error, manifest, push);
        break;
      }
      await heal(manifest, target, { context, depth, step });
    }
  }
  return undefined;
}

async function put(
  manifest: Manifest,
  reference: ManifestReference,
  push: ManifestPush,
): Promise<PushManifestResult | undefined> {
  const { target, context } = push;
  if (context.deadline.remainingMs() <= 0) {
    postpone(target, 0);
    return undefined;
  }
  if (push.put !== undefined) return push.put();
  return target.repository.pushManifest(manifest, reference, { signal: context.signal });
}

/** A record of a manifest stands for everything below it. */
function isComplete(manifest: Manifest, { only }: GraphContext): boolean {
  return only === undefined || !isIndexType(manifest.descriptor.mediaType);
}

/** What is left out on purpose never comes, however long one waits. */
function healingSteps(manifest: Manifest, context: GraphContext): readonly HealingStep[] {
  return leavesChildrenOut(manifest, context) ? HEALING_STEPS.slice(0, 1) : HEALING_STEPS;
}

function pushFailure(
  error: FerryError,
  manifest: Manifest,
  { target, context }: ManifestPush,
): FerryError {
  const sparse = error.code === "MANIFEST_BLOB_UNKNOWN" && leavesChildrenOut(manifest, context);
  return sparse ? sparseIndexRefused(target.repository.name, error) : error;
}

function leavesChildrenOut(manifest: Manifest, { only }: GraphContext): boolean {
  if (only === undefined) return false;
  return parseManifest(manifest).children.some(({ digest }) => !only.has(digest));
}

async function heal(
  manifest: Manifest,
  target: GraphTarget,
  options: {
    readonly context: GraphContext;
    readonly depth: number;
    readonly step: HealingStep;
  },
): Promise<void> {
  const { context, depth, step } = options;
  if (step.waitMs !== undefined) await context.clock.sleep(step.waitMs, context.signal);
  if (step.resend === undefined) return;
  const { registry, repository } = target.repository.name;
  const content = parseManifest(manifest);
  const digests = [...content.children, ...content.blobs].map((part) => part.digest);
  await context.blobs.forget(registry, repository, digests);
  const doubting: GraphTarget = { ...target, trust: step.resend };
  await copyContent(manifest, [doubting], context, depth);
  target.failure = doubting.failure;
  target.resumeInMs = doubting.resumeInMs;
}

async function missingOf(
  parts: readonly Descriptor[],
  target: GraphTarget,
  context: GraphContext,
): Promise<ReadonlySet<Digest>> {
  const missing = new Set(parts.map((part) => part.digest));
  if (target.trust !== "records") return missing;
  const { registry, repository } = target.repository.name;
  const known = await context.blobs.known(registry, repository, [...missing]);
  for (const part of parts) {
    if (!known.has(part.digest) || !missing.delete(part.digest)) continue;
    target.transfer.bytesSkipped += part.size;
  }
  return missing;
}

async function copyChild(
  child: Descriptor,
  targets: readonly GraphTarget[],
  { context, depth }: { readonly context: GraphContext; readonly depth: number },
): Promise<void> {
  const lacking = await withoutPresent(child, targets, context);
  if (lacking.length === 0) return;
  const manifest = await context.fetch(child.digest);
  if (manifest === undefined) {
    // An index may list content of any type; what is no manifest can only be a blob.
    if (isIndexType(child.mediaType) || isManifestType(child.mediaType)) {
      throw missingManifest(child.digest, context);
    }
    return placeBlobs([{ blob: child, targets: lacking }], context);
  }
  await copyContent(manifest, lacking, context, depth + 1);
  const reference: ManifestReference = { kind: "digest", digest: child.digest };
  await Promise.all(
    lacking.map((target) =>
      pushHealing(manifest, reference, { target, context, depth: depth + 1 }),
    ),
  );
}

/** Asks targets that may hold a child unknown to our records; its whole subtree is saved then. */
async function withoutPresent(
  child: Descriptor,
  targets: readonly GraphTarget[],
  context: GraphContext,
): Promise<GraphTarget[]> {
  const present = await Promise.all(
    targets.map(
      (target) => target.probe && target.trust !== "nothing" && holds(child, target, context),
    ),
  );
  return targets.filter((target, index) => !present[index] && isOpen(target));
}

async function holds(
  child: Descriptor,
  target: GraphTarget,
  context: GraphContext,
): Promise<boolean> {
  try {
    const reference: ManifestReference = { kind: "digest", digest: child.digest };
    const found = await target.repository.resolve(reference, { signal: context.signal });
    if (found === undefined) return false;
    const { registry, repository } = target.repository.name;
    await context.blobs.record(registry, repository, [child.digest]);
    return true;
  } catch (thrown) {
    context.signal.throwIfAborted();
    target.failure = withSide(thrown, "target");
    return false;
  }
}
