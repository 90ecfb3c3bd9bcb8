import { createHash } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { toFerryError } from "../base/error.ts";
import type { LogFields } from "../observe/function-log.ts";
import type { ScheduleLedger, ScheduleMark } from "../state/schedule-ledger.ts";
import type { SyncPolicy } from "../sync/policy.ts";
import { openSchedule, type Schedule } from "../sync/schedule.ts";
import type { RunStart } from "../sync/start-run.ts";

/** A policy that runs by the clock. */
export interface TimedPolicy {
  readonly policy: SyncPolicy;
  readonly schedule: string;
  /** UTC when left out. */
  readonly timeZone?: string;
}

/** What timers work with. */
export interface TimersParts {
  readonly ledger: ScheduleLedger;
  /** The id of a run of this policy that is under way, other than `own`. */
  readonly underWay: (policy: string, own: string) => Promise<string | undefined>;
  /** Harmless to a run that was started before. */
  readonly start: (run: RunStart) => Promise<void>;
  readonly clock: Clock;
  readonly log: (level: "info" | "warn" | "error", message: string, fields: LogFields) => void;
}

/** Runs policies by the clock. */
export interface Timers {
  /** Runs these from now on, and no others. */
  use(policies: readonly TimedPolicy[]): void;
  /** Starts nothing any more. @returns when what was being started is. */
  stop(): Promise<void>;
}

interface Timer extends TimedPolicy {
  readonly times: Schedule;
  /** How its row names the schedule. */
  readonly text: string;
  /** As it was read last; left out: nobody has looked yet, or it could not be read. */
  mark?: ScheduleMark | undefined;
}

/** The wall clock may be set while nobody looks: it is looked at so often. */
const LOOK_MS = 60_000;
/** A start later than this was missed: nobody was there, or the clock was set. */
const LATE_MS = 60_000;
/** Times that far ahead were dealt with under a wrong clock. */
const FAR_AHEAD_MS = 25 * 3_600_000;

/**
 * Makes the timers of a process.
 *
 * Each time of a schedule starts one run, whose id is made of the policy and the time: so it is the
 * same run in every process and after every restart. How far the times are dealt with is kept in the
 * table. Times that passed while nobody was there, or while the clock was set forward, start one
 * run; a clock that is set back starts none again. While a run of the policy is under way, a time is
 * skipped.
 */
export function createTimers(parts: TimersParts): Timers {
  return new ClockTimers(parts);
}

class ClockTimers implements Timers {
  readonly #parts: TimersParts;
  #timers: readonly Timer[] = [];
  #isStopped = false;
  #cancel = (): void => undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(parts: TimersParts) {
    this.#parts = parts;
  }

  use(policies: readonly TimedPolicy[]): void {
    this.#timers = policies.map((timed) => ({
      ...timed,
      times: openSchedule(timed.schedule, timed.timeZone),
      text: [timed.schedule, timed.timeZone ?? "UTC"].join(" "),
    }));
    this.#look();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#looking;
  }

  /** One look after the other; the next one is when something is due, or may be. */
  #look(): void {
    this.#cancel();
    const timers = this.#timers;
    this.#looking = this.#looking.then(async () => {
      if (this.#isStopped || timers !== this.#timers) return;
      const waits = await Promise.all(timers.map((timer) => this.#fireIfDue(timer)));
      if (this.#isStopped || timers !== this.#timers || timers.length === 0) return;
      const waitMs = Math.min(LOOK_MS, ...waits);
      this.#cancel = this.#parts.clock.schedule(waitMs, () => this.#look());
    });
  }

  /** @returns how long nothing is due, milliseconds. */
  async #fireIfDue(timer: Timer): Promise<number> {
    try {
      if (this.#dueInMs(timer) <= 0) timer.mark = await this.#markOf(timer);
      const leftMs = this.#dueInMs(timer);
      if (leftMs > 0) return leftMs;
      await this.#fire(timer);
      return 0;
    } catch (thrown) {
      timer.mark = undefined;
      const { code, message } = toFerryError(thrown);
      const { name } = timer.policy;
      this.#parts.log("error", "schedule.failed", { policy: name, code, reason: message });
      return LOOK_MS;
    }
  }

  /** 0 where only the row tells. */
  #dueInMs({ mark, times }: Timer): number {
    const now = this.#parts.clock.now();
    if (mark === undefined || mark.doneUntil > now + FAR_AHEAD_MS) return 0;
    const dueAt = times.next(mark.doneUntil);
    return dueAt === undefined ? LOOK_MS : dueAt - now;
  }

  /** A schedule that is new, was changed, or went by a wrong clock begins now. */
  async #markOf({ policy, text }: Timer): Promise<ScheduleMark> {
    const { ledger, clock } = this.#parts;
    const mark = await ledger.get(policy.name);
    const now = clock.now();
    if (mark?.schedule === text && mark.doneUntil <= now + FAR_AHEAD_MS) return mark;
    const fresh = { ...mark, schedule: text, doneUntil: now };
    return ledger.advance(policy.name, fresh, mark);
  }

  async #fire(timer: Timer): Promise<void> {
    const { ledger, underWay, start, clock, log } = this.#parts;
    const { policy, text: schedule, mark, times } = timer;
    const dueAt = mark && times.next(mark.doneUntil);
    if (dueAt === undefined) return;
    const { name } = policy;
    const runId = runIdOf(name, dueAt);
    const now = clock.now();
    const fields = { policy: name, dueAt: new Date(dueAt).toISOString() };
    const other = await underWay(name, runId);
    const done = { schedule, doneUntil: now };
    if (other === undefined) {
      await start({ runId, trigger: "timer", policies: [policy] });
      log("info", "schedule.started", { ...fields, runId, missed: now - dueAt > LATE_MS });
      timer.mark = await ledger.advance(name, { ...done, runId }, mark);
    } else {
      log("warn", "schedule.skipped", { ...fields, underWay: other });
      timer.mark = await ledger.advance(name, { ...mark, ...done }, mark);
    }
  }
}

function runIdOf(policy: string, dueAt: number): string {
  const hash = createHash("sha256").update(`${policy}\n${dueAt}`).digest("hex");
  return `timer-${hash.slice(0, 20)}`;
}
