import { toFerryError } from "../base/error.ts";
import { mapLimited } from "../base/map-limited.ts";
import { formatReference } from "../oci/reference.ts";
import type { TaskLedger } from "../state/task-ledger.ts";
import type { TaskReader } from "../state/task-reader.ts";
import { hasEnded, type TaskRow } from "../state/task-row.ts";
import type { Watermarks } from "../state/watermarks.ts";
import type { Comparison, TargetVerdict } from "./compare-candidate.ts";
import type { Dispatcher, TaskOrder } from "./dispatcher.ts";
import type { EventSink } from "./events.ts";
import { referenceText } from "./known-targets.ts";
import type { SyncPolicy } from "./policy.ts";
import type { ImageLocation, TagTask } from "./task.ts";
import { optionsHash, taskId } from "./task-identity.ts";
import { decodeTask, encodeTask } from "./task-wire.ts";

/** What settling a page works with. */
export interface SettlePagePorts {
  readonly tasks: TaskLedger;
  readonly taskReader: TaskReader;
  readonly watermarks: Watermarks;
  readonly dispatcher: Dispatcher;
  readonly emit: EventSink;
}

/** Whose page it is. */
export interface PageContext {
  readonly runId: string;
  readonly policy: SyncPolicy;
  readonly ports: SettlePagePorts;
  /** The page may have been handled before: what has a task is that task's to count. */
  readonly careful: boolean;
  /** Called right before tasks are planned; throws when that is no longer allowed. */
  readonly ensure: () => void;
  readonly signal: AbortSignal;
}

/** Rows written at once. */
const ROWS_AT_ONCE = 32;

const NOTHING_MOVED = { bytesCopied: 0, bytesMounted: 0, bytesSkipped: 0 };

/** One reference of a page. */
interface Entry {
  readonly comparison: Comparison;
  readonly task: TagTask;
  /** The task's row, when an earlier hand planned it. */
  readonly row: TaskRow | undefined;
  /** Pairs that are none of the task's: nothing has to be done for them. */
  readonly unchanged: readonly TargetVerdict[];
}

/**
 * Settles what is unchanged right here, makes one task each of what is left, and dispatches them.
 *
 * @returns how many pairs were unchanged, and how many references have a task.
 * @throws the signal's reason when it aborts; what is written by then is found by the next look.
 */
export async function settlePage(
  page: readonly Comparison[],
  context: PageContext,
): Promise<{ readonly unchanged: number; readonly tasks: number }> {
  const { runId, ports } = context;
  const entries = await entriesOf(page, context);
  for (const entry of entries) tell(entry, ports.emit);
  await remember(entries, context);
  context.ensure();
  const rows = await mapLimited(
    entries.filter(({ task, row }) => row !== undefined || task.targets.length > 0),
    ROWS_AT_ONCE,
    async ({ task, row }) => row ?? ports.tasks.plan(runId, task.id, encodeTask(task)),
  );
  const open = rows.filter(({ state }) => !hasEnded(state));
  const orders = open.map((row) => ({ runId, taskId: row.taskId, epoch: row.epoch }));
  await dispatch(orders, ports.dispatcher);
  const unchanged = entries.reduce((sum, entry) => sum + entry.unchanged.length, 0);
  return { unchanged, tasks: rows.length };
}

async function entriesOf(
  page: readonly Comparison[],
  { runId, policy, ports, careful }: PageContext,
): Promise<readonly Entry[]> {
  const tasks = page.map((comparison) => ({ comparison, task: taskOf(policy, comparison) }));
  const ids = careful ? tasks.map(({ task }) => task.id) : [];
  const rows = await ports.taskReader.find(runId, ids);
  return tasks.map(({ comparison, task }) => {
    const row = rows.get(task.id);
    const planned = row === undefined ? task : decodeTask(row.task);
    const names = new Set(planned.targets.map(nameOf));
    const unchanged = comparison.verdicts.filter(({ target }) => !names.has(nameOf(target)));
    return { comparison, task, row, unchanged };
  });
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

function tell({ comparison, task, unchanged }: Entry, emit: EventSink): void {
  const source = nameOf(task.source);
  const targets = comparison.verdicts.map(({ target }) => nameOf(target));
  emit({ type: "task.planned", taskId: task.id, source, targets });
  for (const verdict of unchanged) {
    if (verdict.action !== "unchanged") continue;
    const { target, targetDigest } = verdict;
    const sourceDigest = comparison.sourceDigest ?? targetDigest;
    emit({
      type: "target.settled",
      taskId: task.id,
      source,
      target: nameOf(target),
      outcome: { kind: "unchanged", sourceDigest, targetDigest },
      transfer: NOTHING_MOVED,
    });
  }
}

/** Targets found equal without our doing are known from now on. */
async function remember(
  entries: readonly Entry[],
  { policy, ports, signal }: PageContext,
): Promise<void> {
  const hash = optionsHash(policy.options);
  const found = entries.flatMap(({ comparison: { sourceDigest }, unchanged }) =>
    unchanged.flatMap((verdict) => {
      if (verdict.action !== "unchanged" || verdict.target.recorded) return [];
      const { target, targetDigest } = verdict;
      const digests = { sourceDigest: sourceDigest ?? targetDigest, targetDigest };
      return [{ target, mark: { tag: referenceText(target), ...digests, optionsHash: hash } }];
    }),
  );
  await mapLimited(found, ROWS_AT_ONCE, async ({ target, mark }) => {
    signal.throwIfAborted();
    await ports.watermarks.write(policy.source, target.repository, mark);
  });
}

/** What could not be dispatched stays pending, and the sweep makes up for it. */
async function dispatch(orders: readonly TaskOrder[], dispatcher: Dispatcher): Promise<void> {
  if (orders.length === 0) return;
  try {
    await dispatcher.dispatch(orders);
  } catch (thrown) {
    if (toFerryError(thrown).code !== "DISPATCH_FAILED") throw thrown;
  }
}

function nameOf({ repository, reference }: ImageLocation): string {
  return formatReference(repository, reference);
}
