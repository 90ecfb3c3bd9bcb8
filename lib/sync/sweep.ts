import type { Clock } from "../base/clock.ts";
import type { Deadline } from "../base/deadline.ts";
import { toFerryError } from "../base/error.ts";
import type { ActiveRun, ActiveRuns } from "../state/active-runs.ts";
import type { RunLedger } from "../state/run-ledger.ts";
import type { RunRecord } from "../state/run-record.ts";
import type { TaskReader } from "../state/task-reader.ts";
import type { Dispatcher, RunLauncher } from "./dispatcher.ts";
import type { EventSink } from "./events.ts";
import { listingDueAt, nudgesBy } from "./overdue.ts";
import { restOfCancelled } from "./rest-of-cancelled.ts";
import type { RowFold } from "./row-fold.ts";
import { foldedSummary } from "./run-history.ts";
import type { RunNotices } from "./run-notices.ts";
import { encodeSummary } from "./summary-wire.ts";
import { sweepTasks } from "./sweep-tasks.ts";

/** What a sweep works with. */
export interface SweepPorts {
  readonly runs: RunLedger;
  readonly taskReader: TaskReader;
  readonly active: ActiveRuns;
  readonly dispatcher: Dispatcher;
  readonly launcher: RunLauncher;
  readonly clock: Clock;
  readonly emit: EventSink;
  /** Left out: nobody is told. */
  readonly notices?: Pick<RunNotices, "note"> | undefined;
}

/** How a sweep is bounded. */
export interface SweepOptions {
  readonly deadline: Deadline;
  readonly signal: AbortSignal;
}

/** What a sweep did. */
export interface SweepResult {
  readonly runsSeen: number;
  readonly runsFinished: readonly string[];
  readonly runsRelaunched: number;
  readonly tasksDispatched: number;
}

const RESERVE_MAX_MS = 10_000;
/** Of a short life. */
const RESERVE_SHARE = 0.2;
/** Enough to keep thousands of workers busy until the next sweep. */
const ORDERS_MAX = 20_000;
/** A listing that was claimed this often without getting on will not get on. */
const FRUITLESS_LISTINGS_MAX = 20;
/** A run that is not there after this long was never created. */
const UNBORN_MS = 3_600_000;

interface Sweeping extends SweepPorts {
  readonly mayGoOn: () => boolean;
  readonly finished: string[];
  relaunched: number;
  tasksDispatched: number;
}

/**
 * Looks at every run that still has something to be done: dispatches again what got stuck, launches
 * listings nobody goes on with, and closes runs whose tasks have all ended. All liveness of the
 * pipeline hangs on it, and on nothing else; two sweeps at once do no harm.
 *
 * A run that cannot be swept keeps none of the others from being.
 *
 * @throws what kept a run from being swept, after the others.
 */
export async function sweep(ports: SweepPorts, options: SweepOptions): Promise<SweepResult> {
  const { deadline, signal } = options;
  const reserveMs = Math.min(RESERVE_MAX_MS, deadline.remainingMs() * RESERVE_SHARE);
  const hasTime = () => !signal.aborted && deadline.remainingMs() > reserveMs;
  const sweeping: Sweeping = {
    ...ports,
    mayGoOn: () => hasTime() && sweeping.tasksDispatched < ORDERS_MAX,
    finished: [],
    relaunched: 0,
    tasksDispatched: 0,
  };
  const runs: ActiveRun[] = [];
  for await (const run of ports.active.list()) runs.push(run);
  // Whoever waited longest comes first: when time runs out, nobody is neglected for long.
  runs.sort((a, b) => (a.sweptAt ?? 0) - (b.sweptAt ?? 0));
  const failures: unknown[] = [];
  let runsSeen = 0;
  for (const run of runs) {
    if (!sweeping.mayGoOn()) break;
    runsSeen++;
    await sweepRun(run, sweeping).catch((failure: unknown) => failures.push(failure));
  }
  if (failures.length > 0) throw failures[0];
  const { finished, relaunched, tasksDispatched } = sweeping;
  return { runsSeen, runsFinished: finished, runsRelaunched: relaunched, tasksDispatched };
}

async function sweepRun(active: ActiveRun, sweeping: Sweeping): Promise<void> {
  const run = await sweeping.runs.get(active.runId);
  const now = sweeping.clock.now();
  if (run === undefined) {
    if (now - active.enteredAt > UNBORN_MS) await sweeping.active.remove(active.runId);
    return;
  }
  const isLeft = !run.enumerated || run.cancelledAt !== undefined;
  const isOver = run.state === "finished" || (run.state === "interrupted" && isLeft);
  if (isOver) return sweeping.active.remove(run.id);
  if (run.cancelledAt === undefined) await sweepOpenRun(run, { active, sweeping, now });
  else await sweepCancelledRun(run, sweeping);
}

/** A run under way, and what is known of it besides. */
interface OpenRun {
  readonly active: ActiveRun;
  readonly sweeping: Sweeping;
  readonly now: number;
}

async function sweepOpenRun(run: RunRecord, at: OpenRun): Promise<void> {
  const { active, sweeping, now } = at;
  const isLaunched = await launchIfDue(run, at);
  const beganAt = active.brokenOff?.beganAt ?? now;
  const tasks = await sweepTasks(active, beganAt, {
    ...sweeping,
    dispatched: (count) => {
      sweeping.tasksDispatched += count;
    },
  });
  const { runId, enteredAt } = active;
  if (tasks.kind === "brokenOff") {
    await sweeping.active.note({ ...active, brokenOff: tasks.at });
  } else if (tasks.kind === "ended" && (run.enumerated || isHopeless(run, now))) {
    await close(run, tasks.rows, sweeping);
  } else {
    const isDone = isLaunched && (tasks.kind === "ended" || tasks.allDispatched);
    const sweptAt = isDone ? beganAt : active.sweptAt;
    await sweeping.active.note({ runId, enteredAt, ...(sweptAt !== undefined && { sweptAt }) });
  }
}

/** Nothing is dispatched any more; the run ends when nobody works on it. */
async function sweepCancelledRun(run: RunRecord, sweeping: Sweeping): Promise<void> {
  const rest = await restOfCancelled(run, sweeping);
  if (rest !== undefined) await close({ ...run, enumerated: rest.isDone }, rest.rows, sweeping);
}

/** Tells whether no launch is wanting. */
async function launchIfDue(run: RunRecord, { active, sweeping, now }: OpenRun): Promise<boolean> {
  const dueAt = listingDueAt(run);
  if (dueAt === undefined || isHopeless(run, now)) return true;
  const nudge = nudgesBy(dueAt, now);
  if (nudge <= nudgesBy(dueAt, active.sweptAt ?? 0)) return true;
  try {
    await sweeping.launcher.launch({ runId: run.id, epoch: run.listing.epoch, nudge });
  } catch (thrown) {
    if (toFerryError(thrown).code !== "DISPATCH_FAILED") throw thrown;
    return false;
  }
  sweeping.relaunched++;
  return true;
}

/** Nobody holds the listing, and it did not get on however often it was taken up. */
function isHopeless({ enumerated, listing }: RunRecord, now: number): boolean {
  const isHeld = (listing.until ?? 0) > now;
  return !enumerated && !isHeld && listing.fruitless >= FRUITLESS_LISTINGS_MAX;
}

async function close(run: RunRecord, rows: RowFold, sweeping: Sweeping): Promise<void> {
  const { runs, clock, emit } = sweeping;
  const summary = encodeSummary(foldedSummary(run, rows));
  await sweeping.notices?.note(run.id);
  const isOurs = run.enumerated
    ? await runs.finish(run.id, summary)
    : await runs.interrupt(run.id, summary);
  if (isOurs) {
    sweeping.finished.push(run.id);
    emit({ type: "run.finished", runId: run.id, elapsedMs: clock.now() - run.startedAt });
  }
  await sweeping.active.remove(run.id);
}
