import type { Clock } from "../base/clock.ts";
import { FerryError, toFerryError } from "../base/error.ts";
import type { NotificationConfig } from "../config/notifications-from-schema.ts";
import type { RunLedger } from "../state/run-ledger.ts";
import type { RunRecord } from "../state/run-record.ts";
import type { UntoldRuns } from "../state/untold-runs.ts";
import type { EventSink } from "../sync/events.ts";
import type { TaskLister } from "../sync/run-history.ts";
import type { RunNotices } from "../sync/run-notices.ts";
import { type DigestHead, digestHead, digestOf } from "./run-digest.ts";
import { type TellPorts, tellReceiver } from "./tell-receiver.ts";

/** What a notifier works with. */
export interface NotifierOptions extends TellPorts {
  readonly notifications: readonly NotificationConfig[];
  readonly runs: Pick<RunLedger, "get">;
  readonly tasks: TaskLister;
  readonly untold: UntoldRuns;
  readonly emit: EventSink;
}

/** Longer than all tries for all receivers of a run take. */
const HOLD_MS = 120_000;
/** A receiver that is away for longer is not told any more. */
const PATIENCE_MS = 3_600_000;
/** A receiver that failed is left alone so long; sweeps come every minute, or with every run. */
const PAUSE_MS = 45_000;
/** Runs looked at in one go. */
const RUNS_MAX = 1000;

/**
 * Makes the notifier: it tells the configured receivers that runs have ended, each once, and again
 * only where a process died between telling and noting it.
 */
export function createNotifier(options: NotifierOptions): RunNotices {
  const { untold, clock, emit } = options;
  /** Telling fails no run, whatever it is that fails. */
  const unfailing = async (runId: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (thrown) {
      emit(failed({ runId, receiver: "all", error: toFerryError(thrown), isLast: false }));
    }
  };
  return {
    note: (runId) => unfailing(runId, () => untold.note(runId)),
    async tell(budgetMs) {
      const stop = new AbortController();
      const cancel = clock.schedule(budgetMs, () => stop.abort(noTimeLeft()));
      const runIds: string[] = [];
      await unfailing("", async () => {
        for await (const { runId } of untold.list()) {
          if (runIds.push(runId) >= RUNS_MAX) break;
        }
      });
      for (const runId of runIds) {
        if (stop.signal.aborted) break;
        await unfailing(runId, () => tellRun(runId, stop.signal, options));
      }
      cancel();
    },
  };
}

async function tellRun(
  runId: string,
  signal: AbortSignal,
  options: NotifierOptions,
): Promise<void> {
  const { runs, tasks, untold, clock, notifications } = options;
  const run = await runs.get(runId);
  if (run === undefined || run.state === "running") return;
  const held = await untold.hold(runId, HOLD_MS);
  if (held === undefined) return;
  const head = await digestHead(run, tasks);
  const wanted = notifications.filter(
    ({ name, on }) => !held.settled.includes(name) && isOccasion(on, head),
  );
  const isLast = isOver(run, clock);
  const settled =
    wanted.length === 0 ? [] : await tellAll(wanted, { head, signal, isLast }, options);
  if (settled.length === wanted.length) await untold.remove(held);
  else await untold.release(held, [...held.settled, ...settled], PAUSE_MS);
}

/** Nobody is asked again who could not be told for so long. */
function isOver({ endedAt, startedAt }: RunRecord, clock: Clock): boolean {
  return clock.now() - (endedAt ?? startedAt) > PATIENCE_MS;
}

/** The end of a run that is being told. */
interface RunEnd {
  readonly head: DigestHead;
  readonly signal: AbortSignal;
  /** Whoever cannot be told now is given up. */
  readonly isLast: boolean;
}

/** Tells all receivers at once, and gives the names of those who need not be told any more. */
async function tellAll(
  wanted: readonly NotificationConfig[],
  { head, signal, isLast }: RunEnd,
  options: NotifierOptions,
): Promise<readonly string[]> {
  const digest = await digestOf(head, options.tasks);
  const { runId } = head;
  const told = await Promise.all(
    wanted.map(async (notification) => {
      const receiver = notification.name;
      try {
        await tellReceiver(notification, digest, { ...options, signal });
        options.emit({ type: "notice.sent", runId, receiver });
        return [receiver];
      } catch (thrown) {
        const event = failed({ runId, receiver, error: toFerryError(thrown), isLast });
        options.emit(event);
        return event.failure.retriable ? [] : [receiver];
      }
    }),
  );
  return told.flat();
}

/** Each occasion includes the ones before it. */
function isOccasion(on: NotificationConfig["on"], { result, totals }: DigestHead): boolean {
  if (result === "failed" || result === "suspended" || on === "always") return true;
  return on === "change" && totals.copied > 0;
}

/** What could not be told to whom. */
interface Untold {
  readonly runId: string;
  readonly receiver: string;
  readonly error: FerryError;
  readonly isLast: boolean;
}

function failed({ runId, receiver, error, isLast }: Untold) {
  const { code, message, hint, remedy } = error;
  const retriable = !isLast && (remedy === "retry" || remedy === "retryAfter");
  const failure = { code, message, retriable, ...(hint !== undefined && { hint }) };
  return { type: "notice.failed", runId, receiver, failure } as const;
}

function noTimeLeft(): FerryError {
  return new FerryError("there was no time left to tell the receiver", {
    code: "NOTICE_TIMEOUT",
    remedy: "retry",
  });
}
