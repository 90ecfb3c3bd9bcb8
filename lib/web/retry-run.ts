import type { Clock } from "../base/clock.ts";
import { FerryError, toFerryError } from "../base/error.ts";
import { mapLimited } from "../base/map-limited.ts";
import type { ActiveRuns } from "../state/active-runs.ts";
import type { RunLedger } from "../state/run-ledger.ts";
import type { RunParts } from "../state/run-parts.ts";
import type { RunRecord } from "../state/run-record.ts";
import type { TaskLedger } from "../state/task-ledger.ts";
import { hasEnded, type TaskRow } from "../state/task-row.ts";
import type { Dispatcher, RunLauncher, TaskOrder } from "../sync/dispatcher.ts";

/** What going on with runs works with. */
export interface RetryRunPorts {
  readonly runs: RunLedger;
  readonly runParts: RunParts;
  readonly active: ActiveRuns;
  readonly tasks: TaskLedger;
  readonly dispatcher: Dispatcher;
  readonly launcher: RunLauncher;
  readonly clock: Clock;
}

const ROWS_AT_ONCE = 32;
const ORDERS_AT_ONCE = 500;

/**
 * Goes on with what a run left failed, suspended or unlisted; a run that left nothing stays as it
 * is, and of one that goes on only failures are tried again.
 *
 * Tasks are open again before the run is, and the run before it counts as active: so no sweep takes
 * it for done in between. A call that died on the way is made up for by calling again.
 *
 * @returns `false` when there is no such run.
 * @throws {FerryError} `RUN_NOT_ENUMERATED` for a run of the command line that was stopped while it
 * listed: only the command line knows its policies.
 */
export async function retryRun(runId: string, ports: RetryRunPorts): Promise<boolean> {
  const { runs, tasks, active, clock } = ports;
  const run = await runs.get(runId);
  if (run === undefined) return false;
  if (!run.enumerated) await needPolicies(run, ports);
  const rests = run.state !== "running" || run.cancelledAt !== undefined;
  const wanted = await unfinished(tasks.list(runId), rests);
  if (wanted.length === 0 && run.enumerated) return true;
  await mapLimited(wanted.filter(hasFailed), ROWS_AT_ONCE, ({ taskId }) =>
    tasks.retry(runId, taskId),
  );
  if (rests) {
    await runs.reopen(runId);
    await active.note({ runId, enteredAt: clock.now() });
  }
  const now = clock.now();
  // Orders of the same epoch may have been given before, and must not be taken for those.
  const nudge = Math.floor(now / 1000);
  const orders = wanted.map((row) => ({ ...orderOf(runId, row, now), nudge }));
  await leaveToSweep(() => dispatchAll(orders, ports.dispatcher));
  if (rests && !run.enumerated) {
    await leaveToSweep(() => ports.launcher.launch({ runId, epoch: run.listing.epoch, nudge }));
  }
  return true;
}

/** Tasks that failed; with those that are open, when nobody is at work on them. */
async function unfinished(rows: AsyncIterable<TaskRow>, rests: boolean): Promise<TaskRow[]> {
  const wanted: TaskRow[] = [];
  for await (const row of rows) {
    if (hasFailed(row) || (rests && !hasEnded(row.state))) wanted.push(row);
  }
  return wanted;
}

function hasFailed({ state }: TaskRow): boolean {
  return state === "failed" || state === "poisoned";
}

/** A task that has to wait is worked on when it may be. */
function orderOf(runId: string, row: TaskRow, now: number): TaskOrder {
  const { taskId, epoch, state, notBefore = 0 } = row;
  const delayMs = state === "waiting" ? Math.max(0, notBefore - now) : 0;
  return { runId, taskId, epoch: hasFailed(row) ? epoch + 1 : epoch, delayMs };
}

async function dispatchAll(orders: readonly TaskOrder[], dispatcher: Dispatcher): Promise<void> {
  for (let start = 0; start < orders.length; start += ORDERS_AT_ONCE) {
    await dispatcher.dispatch(orders.slice(start, start + ORDERS_AT_ONCE));
  }
}

async function leaveToSweep(give: () => Promise<void>): Promise<void> {
  try {
    await give();
  } catch (thrown) {
    if (toFerryError(thrown).code !== "DISPATCH_FAILED") throw thrown;
  }
}

async function needPolicies({ id, policies }: RunRecord, { runParts }: RetryRunPorts) {
  const stored = await runParts.policies(id);
  if (stored.length === policies) return;
  throw new FerryError(`run "${id}" was stopped before all of its tags were listed`, {
    code: "RUN_NOT_ENUMERATED",
    remedy: "fixInput",
    hint: "Start its policies again: what is done already is skipped.",
  });
}
