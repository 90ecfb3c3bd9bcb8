import { type FerryError, withSide } from "../base/error.ts";
import { mapLimited } from "../base/map-limited.ts";
import type { Digest } from "../oci/digest.ts";
import { formatReference } from "../oci/reference.ts";
import type { RunLedger } from "../state/run-ledger.ts";
import type { TaskLedger } from "../state/task-ledger.ts";
import type { Comparison } from "./compare-candidate.ts";
import {
  type CompareHooks,
  type ComparePorts,
  createPolicyComparer,
  referenceText,
} from "./compare-policy.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { EventSink } from "./events.ts";
import { failureRecord } from "./failure-record.ts";
import type { SyncPolicy } from "./policy.ts";
import { createListingTurns, createTargetClaims, type TargetClaims } from "./target-claims.ts";
import type { TagTask, TaskTarget } from "./task.ts";
import { optionsHash, taskId } from "./task-identity.ts";
import { encodeTask } from "./task-wire.ts";

/** What orchestrating a run works with. */
export interface OrchestratePorts extends ComparePorts {
  readonly runs: RunLedger;
  readonly tasks: TaskLedger;
  readonly dispatcher: Dispatcher;
  readonly emit: EventSink;
}

/** Policies listed at once. */
const POLICIES_AT_ONCE = 16;

const NOTHING_MOVED = { bytesCopied: 0, bytesMounted: 0, bytesSkipped: 0 };

/**
 * Lists, compares and dispatches the policies of a run. Unchanged tags are settled right here;
 * the rest become task rows. A rule that fails is told and leaves the others alone.
 *
 * @returns how many tasks were dispatched.
 * @throws the signal's reason when it aborts.
 */
export async function orchestrate(
  runId: string,
  policies: readonly SyncPolicy[],
  context: { readonly ports: OrchestratePorts; readonly signal: AbortSignal },
): Promise<number> {
  const { ports, signal } = context;
  const comparer = createPolicyComparer(ports, { signal, askSource: false });
  const claims = createTargetClaims(policies);
  const inTurn = createListingTurns();
  const counts = await mapLimited(policies, POLICIES_AT_ONCE, async (policy) => {
    const hooks = hooksFor(policy, claims, ports.emit);
    try {
      const pages = comparer.compare(policy, hooks);
      const { seen, dispatched } = await inTurn(policy, () =>
        dispatchPages(runId, policy, { pages, ports }),
      );
      if (seen + hooks.refused() === 0) warnEmpty(policy, ports.emit);
      return dispatched;
    } catch (thrown) {
      signal.throwIfAborted();
      const failure = failureRecord(withSide(thrown, "source"));
      ports.emit({ type: "rule.failed", policy: policy.name, failure });
      return 0;
    }
  });
  const dispatched = counts.reduce((sum, count) => sum + count, 0);
  await ports.runs.markEnumerated(runId);
  ports.emit({ type: "run.enumerated", runId, tasks: dispatched });
  return dispatched;
}

async function dispatchPages(
  runId: string,
  policy: SyncPolicy,
  from: {
    readonly pages: AsyncIterable<readonly Comparison[]>;
    readonly ports: OrchestratePorts;
  },
): Promise<{ readonly seen: number; readonly dispatched: number }> {
  let seen = 0;
  let dispatched = 0;
  for await (const page of from.pages) {
    seen += page.length;
    for (const comparison of page) {
      if (await dispatch(runId, policy, { comparison, ports: from.ports })) dispatched++;
    }
  }
  return { seen, dispatched };
}

function hooksFor(
  policy: SyncPolicy,
  claims: TargetClaims,
  emit: EventSink,
): CompareHooks & { refused(): number } {
  let refused = 0;
  const fail = (error: FerryError): void => {
    refused++;
    emit({ type: "rule.failed", policy: policy.name, failure: failureRecord(error) });
  };
  return {
    refused: () => refused,
    targetFailed: fail,
    claim: (source, target) => {
      const answer = claims.take(source, target);
      if (answer === "repeated") refused++;
      if (answer === "conflict") fail(claims.conflict(source, target));
      return answer === "taken";
    },
  };
}

/** Settles what is unchanged, and makes one task of what is left; tells whether there is one. */
async function dispatch(
  runId: string,
  policy: SyncPolicy,
  { comparison, ports }: { readonly comparison: Comparison; readonly ports: OrchestratePorts },
): Promise<boolean> {
  const task = taskOf(policy, comparison);
  const { repository, reference } = task.source;
  const source = formatReference(repository, reference);
  const names = comparison.verdicts.map(({ target }) =>
    formatReference(target.repository, target.reference),
  );
  ports.emit({ type: "task.planned", taskId: task.id, source, targets: names });
  await Promise.all(
    comparison.verdicts.map(async (verdict) => {
      if (verdict.action !== "unchanged") return;
      const { target, targetDigest } = verdict;
      const sourceDigest = comparison.sourceDigest ?? targetDigest;
      if (!target.recorded) await remember(policy, target, { ports, sourceDigest, targetDigest });
      ports.emit({
        type: "target.settled",
        taskId: task.id,
        source,
        target: formatReference(target.repository, target.reference),
        outcome: { kind: "unchanged", sourceDigest, targetDigest },
        transfer: NOTHING_MOVED,
      });
    }),
  );
  if (task.targets.length === 0) return false;
  await ports.tasks.plan(runId, task.id, encodeTask(task));
  await ports.dispatcher.dispatch({ runId, taskId: task.id });
  return true;
}

function taskOf(policy: SyncPolicy, comparison: Comparison): TagTask {
  const { candidate, sourceDigest } = comparison;
  const targets = comparison.verdicts.flatMap(({ action, target }) =>
    action === "copy" ? [target] : [],
  );
  return {
    id: taskId(candidate.source, candidate.targets, policy.options),
    policy: policy.name,
    source: candidate.source,
    named: candidate.named,
    targets,
    options: policy.options,
    ...(sourceDigest !== undefined && { sourceDigest }),
  };
}

/** A target found equal without our doing is known from now on. */
async function remember(
  policy: SyncPolicy,
  target: TaskTarget,
  found: {
    readonly ports: OrchestratePorts;
    readonly sourceDigest: Digest;
    readonly targetDigest: Digest;
  },
): Promise<void> {
  const { ports, sourceDigest, targetDigest } = found;
  await ports.watermarks.write(policy.source, target.repository, {
    tag: referenceText(target),
    sourceDigest,
    targetDigest,
    optionsHash: optionsHash(policy.options),
  });
}

function warnEmpty(policy: SyncPolicy, emit: EventSink): void {
  emit({ type: "rule.warned", policy: policy.name, message: "no tag of the source is wanted" });
}
