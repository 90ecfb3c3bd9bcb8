import { toFerryError } from "../base/error.ts";
import type { ActiveRun, BrokenOffSweep } from "../state/active-runs.ts";
import type { TaskReader } from "../state/task-reader.ts";
import { hasEnded, type TaskRow } from "../state/task-row.ts";
import type { Dispatcher, TaskOrder } from "./dispatcher.ts";
import { nudgesBy, taskDueAt } from "./overdue.ts";
import { createRowFold, type RowFold } from "./row-fold.ts";

/** What a look at a run's tasks works with. */
export interface SweepTasksPorts {
  readonly taskReader: TaskReader;
  readonly dispatcher: Dispatcher;
  /** There is time for another part of the tasks. */
  readonly mayGoOn: () => boolean;
  /** Called with the number of tasks that were dispatched. */
  readonly dispatched: (tasks: number) => void;
}

/** How a look at a run's tasks ended. */
export type TaskSweep =
  /** Time ran out; the next sweep goes on. */
  | { readonly kind: "brokenOff"; readonly at: BrokenOffSweep }
  /** Some tasks are open; some orders may not have reached anybody. */
  | { readonly kind: "open"; readonly allDispatched: boolean }
  | { readonly kind: "ended"; readonly rows: RowFold };

/** Orders given at once. */
const ORDERS_AT_ONCE = 500;

/**
 * Looks at every task of a run and dispatches again what is overdue and was not at the last look.
 *
 * @param now when this look began, milliseconds since the epoch.
 * @throws what the state table throws.
 */
export async function sweepTasks(
  { runId, sweptAt = 0, brokenOff }: ActiveRun,
  now: number,
  ports: SweepTasksPorts,
): Promise<TaskSweep> {
  const { taskReader } = ports;
  const rows = createRowFold();
  let isOpen = brokenOff?.open ?? false;
  let allDispatched = true;
  for (let shard = brokenOff?.shard ?? 0; shard < taskReader.shards; shard++) {
    if (!ports.mayGoOn()) return { kind: "brokenOff", at: { shard, open: isOpen, beganAt: now } };
    const look = { rows, now, sweptAt };
    const { open, overdue } = await readShard(taskReader.shard(runId, shard), look);
    isOpen ||= open;
    const orders = overdue.map((order) => ({ runId, ...order }));
    if (!(await dispatchAll(orders, ports))) allDispatched = false;
  }
  if (isOpen) return { kind: "open", allDispatched };
  return { kind: "ended", rows: brokenOff === undefined ? rows : await foldAll(runId, taskReader) };
}

async function readShard(
  tasks: AsyncIterable<TaskRow>,
  look: { readonly rows: RowFold; readonly now: number; readonly sweptAt: number },
): Promise<{ readonly open: boolean; readonly overdue: readonly Omit<TaskOrder, "runId">[] }> {
  let open = false;
  const overdue: Omit<TaskOrder, "runId">[] = [];
  for await (const row of tasks) {
    look.rows.add(row);
    open ||= !hasEnded(row.state);
    const nudge = nudgeOf(row, look);
    if (nudge > 0) overdue.push({ taskId: row.taskId, epoch: row.epoch, nudge });
  }
  return { open, overdue };
}

/** 0 when nothing is to be done about the task, or the last look did it. */
function nudgeOf(row: TaskRow, at: { readonly now: number; readonly sweptAt: number }): number {
  const dueAt = taskDueAt(row);
  if (dueAt === undefined) return 0;
  const nudges = nudgesBy(dueAt, at.now);
  return nudges > nudgesBy(dueAt, at.sweptAt) ? nudges : 0;
}

/** Tells whether all orders were taken; those that were not are given at the next look. */
async function dispatchAll(
  orders: readonly TaskOrder[],
  { dispatcher, dispatched }: SweepTasksPorts,
): Promise<boolean> {
  for (let start = 0; start < orders.length; start += ORDERS_AT_ONCE) {
    const some = orders.slice(start, start + ORDERS_AT_ONCE);
    try {
      await dispatcher.dispatch(some);
    } catch (thrown) {
      if (toFerryError(thrown).code !== "DISPATCH_FAILED") throw thrown;
      return false;
    }
    dispatched(some.length);
  }
  return true;
}

async function foldAll(runId: string, reader: TaskReader): Promise<RowFold> {
  const fold = createRowFold();
  for (let shard = 0; shard < reader.shards; shard++) {
    for await (const row of reader.shard(runId, shard)) fold.add(row);
  }
  return fold;
}
