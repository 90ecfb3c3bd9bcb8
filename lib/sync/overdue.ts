import type { RunRecord } from "../state/run-record.ts";
import { hasEnded, type TaskRow } from "../state/task-row.ts";

const MINUTE_MS = 60_000;
/** An order may be on its way, or wait for a free worker. */
const PENDING_GRACE_MS = 2 * MINUTE_MS;
const SUSPENDED_GRACE_MS = MINUTE_MS;

/** Since when a task ought to be worked on, milliseconds since the epoch; `undefined`: it has ended. */
export function taskDueAt(row: TaskRow): number | undefined {
  if (hasEnded(row.state)) return undefined;
  if (row.state === "running") return row.leaseUntil ?? row.changedAt;
  if (row.state === "waiting") return row.notBefore ?? row.changedAt;
  return row.changedAt + (row.state === "pending" ? PENDING_GRACE_MS : SUSPENDED_GRACE_MS);
}

/** Since when somebody ought to list the run; `undefined`: it is listed. */
export function listingDueAt({ enumerated, listing }: RunRecord): number | undefined {
  if (enumerated) return undefined;
  return listing.until ?? listing.freeAt + PENDING_GRACE_MS;
}

/**
 * How often something that is overdue since `dueAt` has been asked for by `now`: at once, and then
 * after 1, 3, 7, 15… minutes. So a lost order is made up for soon, and a long queue is not filled
 * with the same orders over and over.
 */
export function nudgesBy(dueAt: number, now: number): number {
  const overdueMs = now - dueAt;
  return overdueMs < 0 ? 0 : 1 + Math.floor(Math.log2(overdueMs / MINUTE_MS + 1));
}
