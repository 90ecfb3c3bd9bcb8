import { FerryError, withSide } from "../base/error.ts";
import { mapLimited } from "../base/map-limited.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import type { ManifestReference } from "../oci/reference.ts";
import { copyContent, pushHealing } from "./copy-graph.ts";
import { type GraphContext, missingManifest } from "./graph-context.ts";
import { type GraphTarget, isOpen, postpone } from "./graph-target.ts";
import { REFERRER_CHAIN_MAX, sideTagsOf } from "./side-tags.ts";
import { subjectsOf } from "./subjects.ts";

const AT_ONCE = 4;

/**
 * Copies what refers to an image and to its children: OCI 1.1 referrers (API or tag schema) and
 * cosign's tags. Runs after the image is in place, since a registry may refuse a referrer whose
 * subject it lacks.
 *
 * @throws {FerryError} for faults of the source.
 */
export async function copyReferrers(
  root: Manifest,
  targets: readonly GraphTarget[],
  context: GraphContext,
): Promise<void> {
  const subjects = await subjectsOf(root, context);
  // What refers to an image is copied whole, whichever platforms of the image are wanted.
  const { only: _, ...whole } = context;
  await mapLimited(subjects, AT_ONCE, async (subject) => {
    await copyReferrersOf(subject, targets, { context: whole, chain: 1 });
    await mapLimited(sideTagsOf(subject), AT_ONCE, (tag) => copySideTag(tag, targets, whole));
  });
}

async function copyReferrersOf(
  subject: Digest,
  targets: readonly GraphTarget[],
  { context, chain }: { readonly context: GraphContext; readonly chain: number },
): Promise<void> {
  if (!targets.some(isOpen)) return;
  const referrers = await fromSource(() =>
    context.source.referrers(subject, { signal: context.signal }),
  );
  if (referrers.length === 0) return;
  const listed = await listedAt(targets, subject, context);
  const unindexed = new Map<GraphTarget, Descriptor[]>();
  for (const referrer of referrers) {
    const lacking = targets.filter(
      (target, index) => isOpen(target) && !listed[index]?.has(referrer.digest),
    );
    for (const target of await pushReferrer(referrer, lacking, context)) {
      unindexed.set(target, [...(unindexed.get(target) ?? []), referrer]);
    }
    if (chain < REFERRER_CHAIN_MAX) {
      await copyReferrersOf(referrer.digest, targets, { context, chain: chain + 1 });
    }
  }
  await Promise.all(
    [...unindexed].map(([target, added]) =>
      onTarget(target, context, () =>
        context.referrersTags.add(target.repository, { subject, added, scope: context }),
      ),
    ),
  );
}

/**
 * What each target lists for the subject: a manifest it merely holds does not help who looks for
 * it. Where nothing is believed of a target, its list is not either.
 */
async function listedAt(
  targets: readonly GraphTarget[],
  subject: Digest,
  context: GraphContext,
): Promise<ReadonlySet<Digest>[]> {
  return Promise.all(
    targets.map(async (target) => {
      const listed = new Set<Digest>();
      if (target.trust !== "records") return listed;
      await onTarget(target, context, async () => {
        const { signal } = context;
        const referrers = await target.repository.referrers(subject, { signal });
        for (const { digest } of referrers) listed.add(digest);
      });
      return listed;
    }),
  );
}

/** Copies one referrer. @returns the targets that took it without listing it. */
async function pushReferrer(
  referrer: Descriptor,
  targets: readonly GraphTarget[],
  context: GraphContext,
): Promise<GraphTarget[]> {
  if (targets.length === 0) return [];
  const manifest = await context.fetch(referrer.digest);
  if (manifest === undefined) throw missingManifest(referrer.digest, context);
  await copyContent(manifest, targets, context);
  const reference: ManifestReference = { kind: "digest", digest: referrer.digest };
  const results = await Promise.all(
    targets.map((target) => pushHealing(manifest, reference, { target, context, depth: 0 })),
  );
  return targets.filter((_, index) => results[index]?.subjectIndexed === false);
}

/** Copies a tag that belongs to an image rather than being one, where the target differs. */
async function copySideTag(
  tag: string,
  targets: readonly GraphTarget[],
  context: GraphContext,
): Promise<void> {
  if (!targets.some(isOpen)) return;
  const reference: ManifestReference = { kind: "tag", tag };
  const found = await fromSource(() =>
    context.source.resolve(reference, { signal: context.signal }),
  );
  if (found === undefined) return;
  const manifest = await context.fetch(found.digest);
  if (manifest === undefined) throw missingManifest(reference, context);
  await Promise.all(
    targets.map((target) =>
      onTarget(target, context, async () => {
        const { signal } = context;
        const there = await target.repository.resolve(reference, { signal });
        if (there?.digest === found.digest && target.trust === "records") return;
        await copyContent(manifest, [target], context);
        await pushHealing(manifest, reference, { target, context, depth: 0 });
      }),
    ),
  );
}

async function fromSource<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (thrown) {
    throw thrown instanceof FerryError ? withSide(thrown, "source") : thrown;
  }
}

/** Runs a step that concerns one target, if there is time; its failure marks that target only. */
async function onTarget(
  target: GraphTarget,
  context: GraphContext,
  step: () => Promise<void>,
): Promise<void> {
  if (context.deadline.remainingMs() <= 0 && isOpen(target)) postpone(target, 0);
  if (!isOpen(target)) return;
  try {
    await step();
  } catch (thrown) {
    context.signal.throwIfAborted();
    const error = withSide(thrown, "target");
    if (error.side === "source") throw error;
    target.failure = error;
  }
}
