import { anySignal } from "../base/any-signal.ts";
import type { Clock } from "../base/clock.ts";
import type { Deadline } from "../base/deadline.ts";

/** How work on a task is bounded. */
export interface WorkOptions {
  /** When the invocation ends; work stops at a safe point with some of the time in reserve. */
  readonly deadline: Deadline;
  readonly signal: AbortSignal;
}

/** An invocation's time, parted in what is for work and what is for handing it on. */
export interface WorkTime extends WorkOptions {
  /** How long a lease of this invocation has to be, milliseconds. */
  readonly leaseMs: number;
  /** Nothing is left to be cut off. */
  end(): void;
}

/** Kept back from the work; what is under way then may still end. */
const RESERVE_MS = 10_000;
/** A short invocation keeps back so much of itself at most. */
const RESERVE_SHARE = 0.3;
/** Part of the reserve at which what is still under way is cut off. */
const CUT_OFF = 1 / 2;
/** Long enough for a pause of the process, short enough for another to take over soon. */
const LEASE_MS = 90_000;
/** A worker may be slower to die than it was said to be. */
const LEASE_SLACK_MS = 5000;

/**
 * Parts the time of an invocation: `deadline` is when nothing new is begun, `signal` cuts off what
 * takes too long all the same, and what is left suffices to write down how far the work came.
 */
export function startWorkTime({ deadline, signal }: WorkOptions, clock: Clock): WorkTime {
  const lifeMs = deadline.remainingMs();
  if (lifeMs === Number.POSITIVE_INFINITY) {
    return { deadline, signal, leaseMs: LEASE_MS, end: () => undefined };
  }
  const reserveMs = Math.min(RESERVE_MS, lifeMs * RESERVE_SHARE);
  const cutOff = new AbortController();
  const cancel = clock.schedule(Math.max(0, lifeMs - reserveMs * CUT_OFF), () =>
    cutOff.abort(new Error("the invocation's time is over")),
  );
  return {
    deadline: { remainingMs: () => deadline.remainingMs() - reserveMs },
    signal: anySignal([signal, cutOff.signal]),
    leaseMs: Math.min(LEASE_MS, lifeMs + LEASE_SLACK_MS),
    end: cancel,
  };
}
