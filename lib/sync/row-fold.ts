import type { TaskRow } from "../state/task-row.ts";
import { addCounts } from "./count-wire.ts";
import type { ListingTotals } from "./listing-wire.ts";
import type { RunReport, RunTotals, TaskStanding } from "./report.ts";
import { addCost, type RunCost } from "./run-cost.ts";
import { type RowStanding, standingOfRow } from "./task-standing.ts";

/** What the rows of a run's tasks add up to, together with what its listing settled itself. */
export interface RowSums {
  readonly totals: RunTotals;
  readonly bytes: RunReport["bytes"];
  readonly requests: ReadonlyMap<string, number>;
  /** Left out: nobody measured. */
  readonly cost?: RunCost;
}

/** Adds up the rows of a run's tasks, each once, in any order. */
export interface RowFold {
  /** @returns how the row's pairs stand. */
  add(row: TaskRow): RowStanding;
  /** @param policies how many the run has. */
  sums(listed: ListingTotals, policies: number): RowSums;
}

/** Starts a fold; it keeps sums only, however many rows there are. */
export function createRowFold(): RowFold {
  const counts = new Map<TaskStanding["state"], number>();
  const bytes = { copied: 0, mounted: 0, skipped: 0 };
  let requests: ReadonlyMap<string, number> = new Map();
  let worked: RunCost | undefined;
  const count = (...states: TaskStanding["state"][]): number =>
    states.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0);
  return {
    add(row) {
      const standing = standingOfRow(row);
      for (const { state } of standing.standings) counts.set(state, (counts.get(state) ?? 0) + 1);
      for (const transfer of standing.record.transfers.values()) {
        bytes.copied += transfer.bytesCopied;
        bytes.mounted += transfer.bytesMounted;
        bytes.skipped += transfer.bytesSkipped;
      }
      const { usage } = standing.record;
      if (usage !== undefined) requests = addCounts(requests, usage.requests);
      worked = addCost(worked, usage?.cost);
      return standing;
    },
    sums(listed, policies) {
      const copied = count("copied");
      const unchanged = count("unchanged") + listed.unchanged;
      const failed = count("failed", "poisoned");
      const suspended = count("pending", "running", "waiting", "suspended");
      const rules = { total: policies, failed: listed.rulesFailed };
      const planned = copied + unchanged + failed + suspended;
      const skipped = count("skipped");
      const cost = addCost(worked, listed.cost);
      return {
        totals: { planned, copied, unchanged, failed, suspended, skipped, rules },
        bytes: { ...bytes },
        requests: addCounts(requests, listed.requests),
        ...(cost && { cost }),
      };
    },
  };
}
