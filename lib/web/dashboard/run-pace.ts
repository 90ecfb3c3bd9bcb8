import type { RunOverview } from "../run-service.ts";

/** Rates of the first moments tell nothing. */
const TELLING_MS = 3000;

/** How fast a run is or was, on average. */
export interface RunPace {
  readonly elapsedMs: number;
  /** Source→target pairs that ended, per minute; left out while it is too early to tell. */
  readonly tagsPerMinute?: number;
  readonly bytesPerSecond?: number;
  /** How long the rest takes at this pace; only while it runs, and when all tags are known. */
  readonly leftMs?: number;
}

/** Source→target pairs of a run that came to their end. */
export function settledCount({ totals }: RunOverview): number {
  return totals.copied + totals.unchanged + totals.failed;
}

/** Reckons a run's pace at the time `nowMs`, milliseconds since the epoch. */
export function paceOf(run: RunOverview, nowMs: number): RunPace {
  const endMs = run.finishedAt === undefined ? nowMs : Date.parse(run.finishedAt);
  const elapsedMs = Math.max(0, endMs - Date.parse(run.startedAt));
  const settled = settledCount(run);
  if (settled === 0 || (run.state !== "finished" && elapsedMs < TELLING_MS)) return { elapsedMs };
  const seconds = Math.max(elapsedMs, 1) / 1000;
  const pace = {
    elapsedMs,
    tagsPerMinute: (60 * settled) / seconds,
    bytesPerSecond: run.bytes.copied / seconds,
  };
  const coming = run.state === "running" && run.enumerated && !run.cancelled;
  return coming ? { ...pace, leftMs: (run.totals.suspended * elapsedMs) / settled } : pace;
}
