import type { TargetResult } from "./copy-tag.ts";
import { addCounts } from "./count-wire.ts";
import type { TaskRecordOutcome, TaskUsage } from "./outcome-wire.ts";
import { addCost } from "./run-cost.ts";
import type { TransferTotals } from "./task.ts";

/** What one attempt took. */
export type SpentWork = Omit<TaskUsage, "attempts">;

/**
 * Adds an attempt to what a task's row tells of earlier ones.
 *
 * @param results by the target's whole name.
 * @param spent left out where nobody counts.
 */
export function addToRecord(
  record: TaskRecordOutcome,
  results: ReadonlyMap<string, TargetResult>,
  spent: SpentWork | undefined,
): TaskRecordOutcome {
  const outcomes = new Map(record.outcomes);
  const transfers = new Map(record.transfers);
  for (const [name, { outcome, transfer }] of results) {
    outcomes.set(name, outcome);
    transfers.set(name, addTransfer(transfers.get(name), transfer));
  }
  const usage = spent ? addUsage(record.usage, spent) : record.usage;
  return { outcomes, transfers, ...(usage && { usage }) };
}

/** What was counted since an earlier look. */
export function countsSince(
  before: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const grown = [...now].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const);
  return new Map(grown.filter(([, count]) => count > 0));
}

/** What an earlier attempt brought is there already for a later one: it is not skipped twice. */
function addTransfer(earlier: TransferTotals | undefined, added: TransferTotals): TransferTotals {
  if (earlier === undefined) return { ...added };
  const bytesCopied = earlier.bytesCopied + added.bytesCopied;
  const bytesMounted = earlier.bytesMounted + added.bytesMounted;
  const found = added.bytesSkipped - earlier.bytesCopied - earlier.bytesMounted;
  return { bytesCopied, bytesMounted, bytesSkipped: Math.max(earlier.bytesSkipped, found) };
}

function addUsage(earlier: TaskUsage | undefined, spent: SpentWork): TaskUsage {
  const cost = addCost(earlier?.cost, spent.cost);
  return {
    attempts: (earlier?.attempts ?? 0) + 1,
    elapsedMs: (earlier?.elapsedMs ?? 0) + spent.elapsedMs,
    requests: addCounts(earlier?.requests ?? new Map(), spent.requests),
    ...(cost && { cost }),
  };
}
