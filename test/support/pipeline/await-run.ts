import { setTimeout as delay } from "node:timers/promises";
import { systemRandom } from "../../../lib/base/random.ts";
import { systemClock } from "../../../lib/base/system-clock.ts";
import { createRunLedger } from "../../../lib/state/run-ledger.ts";
import { createTaskLedger } from "../../../lib/state/task-ledger.ts";
import type { TaskRow } from "../../../lib/state/task-row.ts";
import type { RunReport } from "../../../lib/sync/report.ts";
import { reportOfRun } from "../../../lib/sync/stored-report.ts";
import type { PipelineCloud } from "./pipeline-cloud.ts";

/** How a run is waited for. */
export interface AwaitRunOptions {
  /** Default: 2 minutes. */
  readonly timeoutMs?: number;
  /** Time between two sweeps, which would be a minute. Default: 1 s. */
  readonly sweepMs?: number;
  /** Called before each sweep; a test may break something. */
  readonly meanwhile?: () => Promise<void>;
  /** Sweepers die on purpose, or of a busy machine: what they answer does not matter. */
  readonly sweepsMayFail?: boolean;
}

/** Starts a run and gives its id. */
export async function startCloudRun(cloud: PipelineCloud, event: object): Promise<string> {
  const answer = await cloud.orchestrate(event);
  if (typeof answer === "object" && answer !== null && "runId" in answer) return `${answer.runId}`;
  throw new Error(`no run was started: ${JSON.stringify(answer)}`);
}

/** Sweeps until a run has finished, and gives its report. */
export async function awaitRun(
  cloud: PipelineCloud,
  runId: string,
  { timeoutMs = 120_000, sweepMs = 1_000, meanwhile, sweepsMayFail = false }: AwaitRunOptions = {},
): Promise<RunReport> {
  const ports = { clock: systemClock, random: systemRandom };
  const runs = createRunLedger(cloud.table, ports);
  const tasks = createTaskLedger(cloud.table, ports);
  const endMs = systemClock.monotonicMs() + timeoutMs;
  for (;;) {
    const record = await runs.get(runId);
    if (record?.state === "finished") return reportOfRun(record, tasks);
    if (systemClock.monotonicMs() > endMs) {
      const stands = record && (await reportOfRun(record, tasks));
      throw new Error(`run ${runId} does not end: ${JSON.stringify(stands)}\n${logs(cloud)}`);
    }
    await meanwhile?.();
    await delay(sweepMs);
    await cloud.sweep().catch((failure: unknown) => {
      if (!sweepsMayFail) throw failure;
    });
  }
}

/** Every task row of a run. */
export async function tasksOf(cloud: PipelineCloud, runId: string): Promise<readonly TaskRow[]> {
  const ledger = createTaskLedger(cloud.table, { clock: systemClock, random: systemRandom });
  const rows: TaskRow[] = [];
  for await (const row of ledger.list(runId)) rows.push(row);
  return rows;
}

/** What the last invocations printed. */
function logs({ invocations }: PipelineCloud): string {
  return invocations
    .slice(-10)
    .map(({ functionName, outcome, log }) => `${functionName} ${outcome}\n${log}`)
    .join("\n");
}
