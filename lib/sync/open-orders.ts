import type { Clock } from "../base/clock.ts";
import type { ActiveRuns } from "../state/active-runs.ts";
import type { RunLedger } from "../state/run-ledger.ts";
import type { RunRecord } from "../state/run-record.ts";
import type { TaskReader } from "../state/task-reader.ts";
import { hasEnded, type TaskRow } from "../state/task-row.ts";
import type { RunOrder, TaskOrder } from "./dispatcher.ts";

/** What reading orders works with. */
export interface OpenOrdersPorts {
  readonly active: Pick<ActiveRuns, "list">;
  readonly runs: Pick<RunLedger, "get">;
  readonly taskReader: TaskReader;
  readonly clock: Clock;
}

/** A run that is to be gone on with. */
export interface OpenRunOrders {
  readonly runId: string;
  /** Left out: the run is listed. */
  readonly listing?: RunOrder & { readonly delayMs: number };
  /** One order for each task that has not ended. */
  tasks(): AsyncIterable<TaskOrder>;
}

/**
 * Reads what is to be done from the table alone, for a process whose queue was lost with the one
 * before it: whatever that one had ordered, or had at work, is ordered again, and what it may still
 * hold for the time of its lease.
 */
export async function* openOrders(ports: OpenOrdersPorts): AsyncGenerator<OpenRunOrders> {
  for await (const { runId } of ports.active.list()) {
    const run = await ports.runs.get(runId);
    if (run === undefined || run.state !== "running") continue;
    const listing = listingOrder(run, ports.clock.now());
    yield { runId, ...(listing && { listing }), tasks: () => openTasks(runId, ports) };
  }
}

function listingOrder({ id, enumerated, listing }: RunRecord, now: number) {
  if (enumerated) return undefined;
  const dueAt = listing.until ?? listing.freeAt;
  return { runId: id, epoch: listing.epoch, delayMs: Math.max(0, dueAt - now) };
}

async function* openTasks(
  runId: string,
  { taskReader, clock }: OpenOrdersPorts,
): AsyncGenerator<TaskOrder> {
  for (let shard = 0; shard < taskReader.shards; shard++) {
    for await (const row of taskReader.shard(runId, shard)) {
      if (hasEnded(row.state)) continue;
      const delayMs = Math.max(0, claimableAt(row) - clock.now());
      yield { runId, taskId: row.taskId, epoch: row.epoch, delayMs };
    }
  }
}

/** Milliseconds since the epoch. */
function claimableAt({ state, leaseUntil = 0, notBefore = 0 }: TaskRow): number {
  if (state === "running") return leaseUntil;
  return state === "waiting" ? notBefore : 0;
}
