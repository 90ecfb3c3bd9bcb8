import type { Clock } from "../base/clock.ts";
import { FerryError, toFerryError, withSide } from "../base/error.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import { parseManifest } from "../oci/parse-manifest.ts";
import { formatReference } from "../oci/reference.ts";
import type { RepositoryOpener, RepositoryReader } from "../registry/repository.ts";
import type { BlobLedger } from "../state/blob-ledger.ts";
import type { Watermarks } from "../state/watermarks.ts";
import type { BlobPlacer } from "./blob-placer.ts";
import { commitTag, type OpenTarget } from "./commit-tag.ts";
import { copyContent } from "./copy-graph.ts";
import { failureRecord } from "./failure-record.ts";
import { filterPlatforms, type PlatformSelection } from "./filter-platforms.ts";
import { type GraphContext, missingManifest, type WorkScope } from "./graph-context.ts";
import { createGraphTarget, isOpen, type TransferTally } from "./graph-target.ts";
import type { ReferrersTags } from "./referrers-tag.ts";
import type { SourceMove } from "./set-tag.ts";
import { createSourceManifests } from "./source-manifests.ts";
import type { TagTask, TargetOutcome, TaskTarget } from "./task.ts";

/** What copying a tag works with. */
export interface CopyTagPorts {
  readonly repositories: RepositoryOpener;
  readonly placer: BlobPlacer;
  readonly blobs: BlobLedger;
  readonly referrersTags: ReferrersTags;
  readonly watermarks: Watermarks;
  readonly clock: Clock;
}

/** How one tag is copied. */
export interface CopyTagScope extends WorkScope {
  /** The task was compared by this process, just before: its source need not be asked again. */
  readonly comparedHere: boolean;
  /** An earlier attempt may have brought more than it could write down. */
  readonly begunBefore: boolean;
}

/** What became of one target, and how its bytes came there. */
export interface TargetResult {
  readonly target: TaskTarget;
  readonly outcome: TargetOutcome;
  readonly transfer: TransferTally;
  /** The target's watermark is written. */
  readonly marked: boolean;
  /** What is left may be gone on with after so long; left out: whenever one likes. */
  readonly resumeInMs?: number;
}

/** A source that moves more often than this while it is copied is not waited for any more. */
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
  scope: CopyTagScope,
): Promise<TargetResult[]> {
  const source = ports.repositories.source(task.source.repository);
  const copy: Copy = { task, source, ports, scope };
  const targets = task.targets.map((target) => openTarget(target, copy));
  try {
    await copyToTargets(targets, copy);
  } catch (thrown) {
    failAll(targets, scope.signal.aborted ? undefined : withSide(thrown, "source"));
  }
  return targets.map(resultOf);
}

interface Copy {
  readonly task: TagTask;
  readonly source: RepositoryReader;
  readonly ports: CopyTagPorts;
  readonly scope: CopyTagScope;
}

function openTarget(target: TaskTarget, { task, ports, scope }: Copy): OpenTarget {
  const graph = createGraphTarget(ports.repositories.target(target.repository), {
    trust: task.options.force ? "target" : "records",
    probe: scope.begunBefore || (target.repositoryExists && !target.recorded),
  });
  return { target, graph, outcome: undefined, sight: undefined, moved: undefined, marked: false };
}

/** A fault of the source concerns every target that is not settled; without one time ran out. */
function failAll(targets: readonly OpenTarget[], error: FerryError | undefined): void {
  for (const { graph, outcome } of targets) {
    if (outcome !== undefined || !isOpen(graph)) continue;
    if (error === undefined) graph.resumeInMs = 0;
    else graph.failure = error;
  }
}

function resultOf({ target, graph, outcome, marked }: OpenTarget): TargetResult {
  const { failure, resumeInMs, transfer } = graph;
  const result = { target, transfer, marked };
  if (failure !== undefined) {
    const { retryAfterMs } = failure;
    const pause = retryAfterMs !== undefined && { resumeInMs: retryAfterMs };
    return { ...result, outcome: failed(failure), ...pause };
  }
  if (resumeInMs !== undefined) return { ...result, outcome: { kind: "suspended" }, resumeInMs };
  return { ...result, outcome: outcome ?? failed(unsettled()) };
}

async function copyToTargets(targets: readonly OpenTarget[], copy: Copy): Promise<void> {
  const { task, ports, scope } = copy;
  let pinned = task.sourceDigest;
  if (pinned === undefined) await lookAtRows(targets, copy);
  let sinceMs = ports.clock.monotonicMs();
  for (let moves = 0; ; moves++) {
    const manifests = createSourceManifests(copy.source, scope.signal);
    const found =
      (pinned && (await manifests.byDigest(pinned))) ??
      (await manifests.byReference(task.source.reference));
    if (found === undefined) return settleMissing(targets, copy);
    const selection = await filterPlatforms(found, task.options, {
      source: copy.source,
      fetch: manifests.byDigest,
      signal: scope.signal,
    });
    if (selection === undefined) {
      return settleAll(targets, { kind: "skipped", reason: "no platform of it is wanted" });
    }
    manifests.add(selection.rewrittenChildren);
    const context = graphContext(copy, { fetch: manifests.byDigest, selection });
    const open = await openContent(targets, selection, context);
    await commitTag(open, {
      task,
      found,
      sinceMs,
      selection,
      context,
      watermarks: ports.watermarks,
      comparedHere: scope.comparedHere && moves === 0,
      last: moves >= MOVES_MAX,
    });
    const moved = latestMove(open);
    if (moved === undefined) return;
    pinned = moved.digest;
    sinceMs = moved.sinceMs;
  }
}

/** Whoever sets a target's tag from now on writes its row. */
async function lookAtRows(targets: readonly OpenTarget[], { task, ports }: Copy): Promise<void> {
  await Promise.all(
    targets.map(async (open) => {
      const { repository: target, reference, recorded } = open.target;
      if (reference.kind !== "tag") return;
      if (!recorded) {
        // Rows of tags stay: one that is not there when the tag is to be set was not there before,
        // and of one that is there the source is asked again.
        open.sight = "absent";
        return;
      }
      const route = { source: task.source.repository, target, tag: reference.tag };
      open.sight = await ports.watermarks.look(route);
    }),
  );
}

/** What the source was seen to have last, when a target could not be set for it. */
function latestMove(targets: readonly OpenTarget[]): SourceMove | undefined {
  const moves = targets.flatMap(({ moved }) => (moved ? [moved] : []));
  return moves.reduce<SourceMove | undefined>(
    (latest, move) => (latest && latest.sinceMs > move.sinceMs ? latest : move),
    undefined,
  );
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
  const open = targets.filter(({ outcome, graph }) => outcome === undefined && isOpen(graph));
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
  { task, source, ports, scope }: Copy,
  given: {
    readonly fetch: (digest: Digest) => Promise<Manifest | undefined>;
    readonly selection: PlatformSelection;
  },
): GraphContext {
  const { placer, blobs, referrersTags, clock } = ports;
  const { owner, deadline, signal, onProgress } = scope;
  const { only } = given.selection;
  return {
    taskId: task.id,
    source,
    fetch: given.fetch,
    foreignLayers: task.options.foreignLayers,
    placer,
    blobs,
    referrersTags,
    clock,
    owner,
    deadline,
    signal,
    onProgress,
    ...(only && { only }),
  };
}

function settleMissing(targets: readonly OpenTarget[], { task, source }: Copy): void {
  const error = missingManifest(task.source.reference, { source });
  const outcome: TargetOutcome = task.named
    ? { kind: "failed", failure: failureRecord(error) }
    : { kind: "skipped", reason: "it is gone at the source" };
  settleAll(targets, outcome);
}

function settleAll(targets: readonly OpenTarget[], outcome: TargetOutcome): void {
  for (const target of targets) target.outcome ??= outcome;
}

function failed(error: FerryError): TargetOutcome {
  return { kind: "failed", failure: failureRecord(error) };
}

function unsettled(): FerryError {
  return toFerryError(new Error("a target ended without an outcome"));
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
