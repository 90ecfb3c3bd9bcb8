import { type FerryError, withSide } from "../base/error.ts";
import type { Digest } from "../oci/digest.ts";
import { jsonEqual } from "../oci/equal-json.ts";
import type { Manifest } from "../oci/manifest.ts";
import { type GraphContext, pushHealing } from "./copy-graph.ts";
import { copyReferrers } from "./copy-referrers.ts";
import type { PlatformSelection } from "./filter-platforms.ts";
import type { GraphTarget } from "./graph-target.ts";
import type { TagTask, TargetOutcome, TaskTarget } from "./task.ts";

/** One target of a copy under way; settled once it has an outcome or a failure. */
export interface OpenTarget {
  readonly target: TaskTarget;
  readonly graph: GraphTarget;
  outcome: TargetOutcome | undefined;
}

/** What is to be put under the targets' references. */
export interface TagCommit {
  readonly task: TagTask;
  readonly found: Manifest;
  readonly selection: PlatformSelection;
  readonly context: GraphContext;
}

/**
 * Puts the root under each target's reference, the one visible step of a copy, and then what
 * refers to it. Targets get their outcome, or a failure of their own.
 */
export async function commitTag(targets: readonly OpenTarget[], commit: TagCommit): Promise<void> {
  await Promise.all(targets.map((target) => commitRoot(target, commit)));
  if (commit.task.options.referrers) await commitReferrers(targets, commit);
  // Whatever came out before, a target that failed on the way is not done.
  for (const target of targets) if (target.graph.failure) target.outcome = undefined;
}

/** An image without its signatures is not copied: a failure here is the target's outcome. */
async function commitReferrers(targets: readonly OpenTarget[], commit: TagCommit): Promise<void> {
  const { selection, context } = commit;
  const alive = targets.filter(({ graph }) => !graph.failure);
  const before = alive.map(({ graph }) => graph.transfer.bytesCopied);
  const graphs = alive.map(({ graph }) => graph);
  try {
    await copyReferrers(selection.root, graphs, context);
  } catch (thrown) {
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
  if (graph.failure) return;
  try {
    if (await isUnchanged(open, commit)) {
      const { bytesCopied, bytesMounted } = graph.transfer;
      const completed = bytesCopied + bytesMounted > 0;
      open.outcome = completed ? copied(commit) : { ...digestsOf(commit), kind: "unchanged" };
      return;
    }
    const { context } = commit;
    await pushHealing(root, target.reference, { target: graph, context, depth: 0 });
    const failure: FerryError | undefined = open.graph.failure;
    if (failure === undefined) open.outcome = copied(commit);
    else if (failure.code === "TAG_IMMUTABLE") await acceptEqualContent(open, root, context);
  } catch (thrown) {
    commit.context.signal.throwIfAborted();
    graph.failure = withSide(thrown, "target");
  }
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
