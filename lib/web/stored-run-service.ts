import type { Clock } from "../base/clock.ts";
import { mapLimited } from "../base/map-limited.ts";
import type { Random } from "../base/random.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import type { RepositoryOpener } from "../registry/repository.ts";
import { createActiveRuns } from "../state/active-runs.ts";
import { createHostLedger } from "../state/host-ledger.ts";
import { createRunLedger } from "../state/run-ledger.ts";
import { createRunParts } from "../state/run-parts.ts";
import type { StateTable } from "../state/state-table.ts";
import { createTaskLedger } from "../state/task-ledger.ts";
import { createTaskReader } from "../state/task-reader.ts";
import { createWatermarks } from "../state/watermarks.ts";
import type { Dispatcher, RunLauncher } from "../sync/dispatcher.ts";
import type { EventSink } from "../sync/events.ts";
import { reportOfRun } from "../sync/stored-report.ts";
import { enterRun } from "./enter-run.ts";
import { createPolicyOverviews } from "./policy-overviews.ts";
import { registriesOf, registryOverviews } from "./registry-overviews.ts";
import { retryRun } from "./retry-run.ts";
import { overviewOf } from "./run-overview.ts";
import type { RunService } from "./run-service.ts";
import { taskPage } from "./task-page.ts";

/** What the service is put together from; its own work is on the table alone. */
export interface RunServiceParts {
  readonly config: Pick<LoadedConfig, "policies" | "triggers">;
  readonly table: StateTable;
  readonly dispatcher: Dispatcher;
  readonly launcher: RunLauncher;
  /** Opens repositories; asked for by plans alone. */
  readonly repositories: () => Promise<RepositoryOpener>;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: EventSink;
}

const RUNS_AT_ONCE = 8;

/** Makes the service over the ledgers of a state table: the same in a cloud and on one machine. */
export function createRunService(parts: RunServiceParts): RunService {
  const { config, table, clock, random } = parts;
  const ports = {
    ...parts,
    runs: createRunLedger(table, { clock, random }),
    runParts: createRunParts(table, { clock }),
    active: createActiveRuns(table),
    tasks: createTaskLedger(table, { clock, random }),
    hosts: createHostLedger(table, { clock }),
  };
  const { runs, tasks } = ports;
  const taskReader = createTaskReader(table);
  const run: RunService["run"] = async (runId) => {
    const record = await runs.get(runId);
    return record && overviewOf(record, tasks);
  };
  return {
    run,
    start: (request) => enterRun(request, ports),
    async plan(policies, signal) {
      const { planRun } = await import("../sync/plan-run.ts");
      const repositories = await parts.repositories();
      const watermarks = createWatermarks(table, clock);
      return planRun(policies, { repositories, watermarks }, { offline: false, signal });
    },
    async runs(limit) {
      const records = await runs.list(limit);
      return mapLimited(records, RUNS_AT_ONCE, (record) => overviewOf(record, tasks));
    },
    async tasks(runId, query) {
      return (await runs.get(runId)) && taskPage(runId, query, taskReader);
    },
    async report(runId) {
      const record = await runs.get(runId);
      return record && reportOfRun(record, tasks);
    },
    retry: async (runId) => ((await retryRun(runId, ports)) ? run(runId) : undefined),
    async cancel(runId) {
      if ((await runs.get(runId)) === undefined) return undefined;
      return overviewOf(await runs.cancel(runId), tasks);
    },
    policies: createPolicyOverviews(ports),
    registries: () => registryOverviews(registriesOf(config.policies), ports),
  };
}
