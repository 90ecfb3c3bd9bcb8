import type { Clock } from "../base/clock.ts";
import { FerryError, toFerryError, withSide } from "../base/error.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import { parseManifest } from "../oci/parse-manifest.ts";
import { formatReference } from "../oci/reference.ts";
import type { RepositoryOpener, RepositoryReader } from "../registry/repository.ts";
import type { BlobLedger } from "../state/blob-ledger.ts";
import type { BlobPlacer } from "./blob-placer.ts";
import { commitTag, type OpenTarget } from "./commit-tag.ts";
import { copyContent, type GraphContext, missingManifest } from "./copy-graph.ts";
import { failureRecord } from "./failure-record.ts";
import { filterPlatforms, type PlatformSelection } from "./filter-platforms.ts";
import { createGraphTarget, type TransferTally } from "./graph-target.ts";
import type { ReferrersTags } from "./referrers-tag.ts";
import { createSourceManifests } from "./source-manifests.ts";
import type { TagTask, TargetOutcome, TaskTarget } from "./task.ts";

/** What copying a tag works with. */
export interface CopyTagPorts {
  readonly repositories: RepositoryOpener;
  readonly placer: BlobPlacer;
  readonly blobs: BlobLedger;
  readonly referrersTags: ReferrersTags;
  readonly clock: Clock;
}

/** What became of one target, and how its bytes came there. */
export interface TargetResult {
  readonly target: TaskTarget;
  readonly outcome: TargetOutcome;
  readonly transfer: TransferTally;
}

/** After this long a moved source tag is likely enough to ask again before the commit. */
const RESOLVE_AGAIN_MS = 5000;
const MOVES_MAX = 3;

/**
 * Brings one tag to all of its targets: leaves before parents, the tag last, so a target never
 * names what it lacks. The source is read once for all of them.
 *
 * @returns one result per target, in their order; nothing is thrown.
 */
export async function copyTag(
  task: TagTask,
  ports: CopyTagPorts,
  signal: AbortSignal,
): Promise<TargetResult[]> {
  const source = ports.repositories.source(task.source.repository);
  const targets = task.targets.map((target) => openTarget(target, task, ports));
  try {
    await copyToTargets(task, targets, { source, ports, signal });
  } catch (thrown) {
    const outcome: TargetOutcome = signal.aborted
      ? { kind: "suspended" }
      : { kind: "failed", failure: failureRecord(withSide(thrown, "source")) };
    for (const target of targets) target.outcome ??= outcome;
  }
  return targets.map(({ target, graph, outcome }) => ({
    target,
    outcome: outcome ?? failed(graph.failure),
    transfer: graph.transfer,
  }));
}

interface CopyScope {
  readonly source: RepositoryReader;
  readonly ports: CopyTagPorts;
  readonly signal: AbortSignal;
}

function openTarget(target: TaskTarget, task: TagTask, ports: CopyTagPorts): OpenTarget {
  const graph = createGraphTarget(ports.repositories.target(target.repository), {
    trust: task.options.force ? "target" : "records",
    probe: target.repositoryExists && !target.recorded,
  });
  return { target, graph, outcome: undefined };
}

async function copyToTargets(
  task: TagTask,
  targets: readonly OpenTarget[],
  scope: CopyScope,
): Promise<void> {
  let pinned = task.sourceDigest;
  for (let moves = 0; ; moves++) {
    const startedMs = scope.ports.clock.monotonicMs();
    const manifests = createSourceManifests(scope.source, scope.signal);
    const found =
      (pinned && (await manifests.byDigest(pinned))) ??
      (await manifests.byReference(task.source.reference));
    if (found === undefined) return settleMissing(task, targets, scope);
    const selection = await filterPlatforms(found, task.options, {
      source: scope.source,
      fetch: manifests.byDigest,
      signal: scope.signal,
    });
    if (selection === undefined) {
      return settleAll(targets, { kind: "skipped", reason: "no platform of it is wanted" });
    }
    manifests.add(selection.rewrittenChildren);
    const context = graphContext(task, scope, { fetch: manifests.byDigest, selection });
    const open = await openContent(targets, selection, context);
    const moved = await movedSince(startedMs, found, { task, scope });
    if (moved === undefined || moves >= MOVES_MAX) {
      return commitTag(open, { task, found, selection, context });
    }
    pinned = moved;
  }
}

/** Puts everything below the root in place, at the targets that lack it. */
async function openContent(
  targets: readonly OpenTarget[],
  selection: PlatformSelection,
  context: GraphContext,
): Promise<readonly OpenTarget[]> {
  const { digest } = selection.root.descriptor;
  for (const { target, graph } of targets) {
    const wanted = target.reference;
    if (wanted.kind === "digest" && wanted.digest !== digest) {
      graph.failure = digestDiffers(target, digest);
    }
  }
  const open = targets.filter(({ outcome, graph }) => outcome === undefined && !graph.failure);
  // Asked for together with what is below it: one look-up serves both.
  const content = parseManifest(selection.root);
  const below = [...content.children, ...content.blobs].map((part) => part.digest);
  const lacking = await Promise.all(
    open.map(async ({ target, graph }) => {
      if (target.digest === digest && graph.trust === "records") return false;
      const { registry, repository } = target.repository;
      const known = await context.blobs.known(registry, repository, [digest, ...below]);
      return graph.trust !== "records" || !known.has(digest);
    }),
  );
  const graphs = open.map(({ graph }) => graph).filter((_, index) => lacking[index]);
  if (graphs.length > 0) await copyContent(selection.root, graphs, context);
  return open;
}

function graphContext(
  task: TagTask,
  scope: CopyScope,
  given: {
    readonly fetch: (digest: Digest) => Promise<Manifest | undefined>;
    readonly selection: PlatformSelection;
  },
): GraphContext {
  const { placer, blobs, referrersTags, clock } = scope.ports;
  const { only } = given.selection;
  return {
    taskId: task.id,
    source: scope.source,
    fetch: given.fetch,
    foreignLayers: task.options.foreignLayers,
    placer,
    blobs,
    referrersTags,
    clock,
    signal: scope.signal,
    ...(only && { only }),
  };
}

/** The new digest of a source tag that moved while its content was copied. */
async function movedSince(
  startedMs: number,
  found: Manifest,
  { task, scope }: { readonly task: TagTask; readonly scope: CopyScope },
): Promise<Digest | undefined> {
  const { reference } = task.source;
  const elapsedMs = scope.ports.clock.monotonicMs() - startedMs;
  if (reference.kind === "digest" || elapsedMs < RESOLVE_AGAIN_MS) return undefined;
  const now = await scope.source.resolve(reference, { signal: scope.signal });
  return now === undefined || now.digest === found.descriptor.digest ? undefined : now.digest;
}

function settleMissing(task: TagTask, targets: readonly OpenTarget[], scope: CopyScope): void {
  const error = missingManifest(task.source.reference, scope);
  const outcome: TargetOutcome = task.named
    ? { kind: "failed", failure: failureRecord(error) }
    : { kind: "skipped", reason: "it is gone at the source" };
  settleAll(targets, outcome);
}

function settleAll(targets: readonly OpenTarget[], outcome: TargetOutcome): void {
  for (const target of targets) target.outcome ??= outcome;
}

function failed(error: FerryError | undefined): TargetOutcome {
  const known = error ?? toFerryError(new Error("a target ended without an outcome"));
  return { kind: "failed", failure: failureRecord(known) };
}

/** Told before anything is sent: a manifest can only be put under the digest it has. */
function digestDiffers(target: TaskTarget, digest: Digest): FerryError {
  return new FerryError(
    `${formatReference(target.repository, target.reference)} cannot hold ${digest}`,
    {
      code: "DIGEST_DIFFERS",
      remedy: "fixInput",
      side: "target",
      hint: "Name a tag at the target, or the digest the source has.",
    },
  );
}
