import { type FerryError, withSide } from "../base/error.ts";
import type { Digest } from "../oci/digest.ts";
import { jsonEqual } from "../oci/equal-json.ts";
import type { Manifest } from "../oci/manifest.ts";
import type { PushManifestResult } from "../registry/repository.ts";
import type { TagSight, Watermarks } from "../state/watermarks.ts";
import { pushHealing } from "./copy-graph.ts";
import { copyReferrers } from "./copy-referrers.ts";
import type { PlatformSelection } from "./filter-platforms.ts";
import type { GraphContext } from "./graph-context.ts";
import { type GraphTarget, isOpen, postpone } from "./graph-target.ts";
import { type SourceMove, setTag } from "./set-tag.ts";
import type { TagTask, TargetOutcome, TaskTarget } from "./task.ts";
import { optionsHash } from "./task-identity.ts";

/** One target of a copy under way; settled once it has an outcome or a failure. */
export interface OpenTarget {
  readonly target: TaskTarget;
  readonly graph: GraphTarget;
  outcome: TargetOutcome | undefined;
  /** The target's row before the source was asked; left out: nobody looked. */
  sight: TagSight | undefined;
  /** What the source had when the tag was to be set, and that was something else. */
  moved: SourceMove | undefined;
  /** Its watermark is written. */
  marked: boolean;
}

/** What is to be put under the targets' references. */
export interface TagCommit {
  readonly task: TagTask;
  readonly found: Manifest;
  /** Monotonic time before the source was asked for it. */
  readonly sinceMs: number;
  readonly selection: PlatformSelection;
  readonly context: GraphContext;
  readonly watermarks: Watermarks;
  /** The comparison was made in this process, just before. */
  readonly comparedHere: boolean;
  /** Set the tag even when the source has moved again. */
  readonly last: boolean;
}

/**
 * Puts the root under each target's reference, the one visible step of a copy, and then what
 * refers to it. Targets get their outcome, or a failure of their own.
 */
export async function commitTag(targets: readonly OpenTarget[], commit: TagCommit): Promise<void> {
  for (const target of targets) target.moved = undefined;
  await Promise.all(targets.map((target) => commitRoot(target, commit)));
  if (commit.task.options.referrers) await commitReferrers(targets, commit);
  // Whatever came out before, a target that failed or stopped on the way is not done.
  for (const target of targets) if (!isOpen(target.graph)) target.outcome = undefined;
}

/** An image without its signatures is not copied: a failure here is the target's outcome. */
async function commitReferrers(targets: readonly OpenTarget[], commit: TagCommit): Promise<void> {
  const { selection, context } = commit;
  const alive = targets.filter(({ graph, moved }) => isOpen(graph) && !moved);
  const before = alive.map(({ graph }) => graph.transfer.bytesCopied);
  const graphs = alive.map(({ graph }) => graph);
  try {
    await copyReferrers(selection.root, graphs, context);
  } catch (thrown) {
    // Cut off on the way: the tag alone does not make a target done.
    if (context.signal.aborted) for (const target of alive) target.outcome = undefined;
    context.signal.throwIfAborted();
    for (const graph of graphs) graph.failure ??= withSide(thrown, "source");
  }
  alive.forEach((target, index) => {
    const grown = target.graph.transfer.bytesCopied > (before[index] ?? 0);
    if (grown && target.outcome?.kind === "unchanged") target.outcome = copied(commit);
  });
}

/** The one visible step: the root under the target's reference. */
async function commitRoot(open: OpenTarget, commit: TagCommit): Promise<void> {
  const { target, graph } = open;
  const { root } = commit.selection;
  if (!isOpen(graph)) return;
  try {
    if (await isUnchanged(open, commit)) {
      const { bytesCopied, bytesMounted } = graph.transfer;
      const completed = bytesCopied + bytesMounted > 0;
      open.outcome = completed ? copied(commit) : { ...digestsOf(commit), kind: "unchanged" };
      return;
    }
    const { context } = commit;
    const put = () => putRoot(open, commit);
    const push = { target: graph, context, depth: 0, put };
    const result = await pushHealing(root, target.reference, push);
    const failure: FerryError | undefined = open.graph.failure;
    if (result !== undefined) open.outcome = copied(commit);
    else if (failure?.code === "TAG_IMMUTABLE") await acceptEqualContent(open, root, context);
  } catch (thrown) {
    commit.context.signal.throwIfAborted();
    graph.failure = withSide(thrown, "target");
  }
}

/** Puts the root; under a tag only in its turn, and only when it is still what the source has. */
async function putRoot(
  open: OpenTarget,
  commit: TagCommit,
): Promise<PushManifestResult | undefined> {
  const { graph, sight } = open;
  const { task, found, sinceMs, context, watermarks, selection, last } = commit;
  const { reference } = open.target;
  const push = (signal: AbortSignal) =>
    graph.repository.pushManifest(selection.root, reference, { signal });
  if (reference.kind === "digest") return push(context.signal);
  const { repository } = task.source;
  const wish = {
    route: { source: repository, target: open.target.repository, tag: reference.tag },
    mark: { ...digestsOf(commit), optionsHash: optionsHash(task.options) },
    source: { reader: context.source, reference: task.source.reference },
    knowledge: { digest: found.descriptor.digest, sinceMs, ...(sight !== undefined && { sight }) },
    last,
    push,
    ...(commit.comparedHere && { compared: comparedAs(open.target) }),
  };
  const end = await setTag(wish, { watermarks, clock: context.clock, scope: context });
  if (end.kind === "set") {
    open.marked = true;
    return end.result;
  }
  if (end.kind === "busy") postpone(graph, end.waitMs);
  else {
    open.moved = end;
    open.sight = end.sight;
  }
  return undefined;
}

/** What the comparison took the target's watermark to be; none where there was none. */
function comparedAs({ recorded, digest }: TaskTarget): { targetDigest: Digest | undefined } {
  return { targetDigest: recorded ? (digest ?? undefined) : undefined };
}

/** A target whose state is not known is asked before anything is written over it. */
async function isUnchanged({ target, graph }: OpenTarget, commit: TagCommit): Promise<boolean> {
  const { selection, task, context } = commit;
  if (task.options.force || target.digest === null) return false;
  const { digest } = selection.root.descriptor;
  if (target.digest !== undefined) return target.digest === digest;
  const there = await graph.repository.resolve(target.reference, { signal: context.signal });
  return there?.digest === digest;
}

/** An immutable tag whose content differs in layout only is as wanted already. */
async function acceptEqualContent(
  open: OpenTarget,
  root: Manifest,
  context: GraphContext,
): Promise<void> {
  const { repository } = open.graph;
  const there = await repository.fetchManifest(open.target.reference, { signal: context.signal });
  if (there === undefined || !jsonEqual(there.bytes, root.bytes)) return;
  open.graph.failure = undefined;
  open.outcome = { kind: "skipped", reason: "the immutable tag holds equal content already" };
}

function digestsOf({ found, selection }: TagCommit): {
  readonly sourceDigest: Digest;
  readonly targetDigest: Digest;
} {
  return {
    sourceDigest: found.descriptor.digest,
    targetDigest: selection.root.descriptor.digest,
  };
}

function copied(commit: TagCommit): TargetOutcome {
  return { kind: "copied", ...digestsOf(commit), rewritten: commit.selection.rewritten };
}
