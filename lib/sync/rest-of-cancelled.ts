import type { Clock } from "../base/clock.ts";
import type { RunRecord } from "../state/run-record.ts";
import type { TaskReader } from "../state/task-reader.ts";
import { hasEnded } from "../state/task-row.ts";
import { CANCEL_SEEN_MS } from "./cancelled-runs.ts";
import { createRowFold, type RowFold } from "./row-fold.ts";

/** What is left of a run that was cancelled. */
export interface RestOfCancelled {
  /** The cancel came too late: everything is listed, and every task has ended. */
  readonly isDone: boolean;
  readonly rows: RowFold;
}

/** Workers that looked just before the run was cancelled have claimed their tasks by then. */
const SURE_MS = 2 * CANCEL_SEEN_MS;

/**
 * Looks whether a cancelled run can be closed.
 *
 * @returns `undefined` while somebody is at work on it, or may be.
 */
export async function restOfCancelled(
  { id, enumerated, cancelledAt = 0 }: RunRecord,
  { taskReader, clock }: { readonly taskReader: TaskReader; readonly clock: Clock },
): Promise<RestOfCancelled | undefined> {
  const now = clock.now();
  if (now - cancelledAt < SURE_MS) return undefined;
  const rows = createRowFold();
  let isDone = enumerated;
  for (let shard = 0; shard < taskReader.shards; shard++) {
    for await (const row of taskReader.shard(id, shard)) {
      if (row.state === "running" && (row.leaseUntil ?? 0) > now) return undefined;
      isDone &&= hasEnded(row.state);
      rows.add(row);
    }
  }
  return { isDone, rows };
}
