import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { createActiveRuns } from "../state/active-runs.ts";
import { createRunLedger } from "../state/run-ledger.ts";
import { createRunParts } from "../state/run-parts.ts";
import type { StateTable } from "../state/state-table.ts";
import { policiesOfRun } from "../sync/start-run.ts";

/**
 * Makes what tells which run of a policy is under way, of those that carry the whole policy out: a
 * push runs a tag of it.
 */
export function findUnderWay(
  table: StateTable,
  parts: { readonly clock: Clock; readonly random: Random },
): (policy: string, own: string) => Promise<string | undefined> {
  const active = createActiveRuns(table);
  const runs = createRunLedger(table, parts);
  const runParts = createRunParts(table, parts);
  return async (policy, own) => {
    for await (const { runId } of active.list()) {
      if (runId === own) continue;
      const run = await runs.get(runId);
      if (run?.state !== "running" || run.trigger === "webhook") continue;
      const policies = await policiesOfRun(runId, runParts);
      if (policies.some(({ name }) => name === policy)) return runId;
    }
    return undefined;
  };
}
