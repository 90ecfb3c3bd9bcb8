import { anonymousKeychain } from "../../lib/auth/keychain.ts";
import type { Clock } from "../../lib/base/clock.ts";
import { createCloudPipeline } from "../../lib/runtime/cloud-pipeline.ts";
import { LocalPipeline, type Machine } from "../../lib/runtime/local-pipeline.ts";
import { createRegistryFleet } from "../../lib/runtime/registry-fleet.ts";
import { createWorkScopes } from "../../lib/runtime/work-scope.ts";
import { createRunLedger } from "../../lib/state/run-ledger.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { createTaskLedger } from "../../lib/state/task-ledger.ts";
import type { SyncEvent } from "../../lib/sync/events.ts";
import { reportOfRun } from "../../lib/sync/stored-report.ts";
import { type FakeRegistry, transportOf } from "./fake-registry.ts";
import { seededRandom } from "./seeded-random.ts";

/** What a process of the world is made of. */
export interface LocalWorldOptions {
  readonly clock: Clock;
  /** Outlives the process. */
  readonly table: StateTable;
  /** By name; spoken to without TLS. */
  readonly registries: Readonly<Record<string, FakeRegistry>>;
  readonly jobs?: number;
  readonly seed?: number;
}

/** One process with the pipeline of a server, between registries in memory. */
export function localWorld(options: LocalWorldOptions) {
  const { clock, table, registries, jobs = 4, seed = 1 } = options;
  const random = seededRandom(seed);
  const events: SyncEvent[] = [];
  const faults: object[] = [];
  const emit = (event: SyncEvent) => void events.push(event);
  const scopes = createWorkScopes();
  const pipeline = new LocalPipeline({
    ...{ table, scopes, clock, random, emit, jobs },
    log: (level, message, fields) => {
      if (level !== "info") faults.push({ message, ...fields });
    },
  });
  const origins = Object.entries(registries).map(([name, made]) => [`http://${name}`, made]);
  /** What a configuration is made into: connections of its own. */
  const openMachine = (closed: () => void = () => undefined): Machine => {
    const transport = scopes.count(transportOf(Object.fromEntries(origins)));
    const fleet = createRegistryFleet({
      ...{ env: {}, clock, random, emit, keychain: anonymousKeychain },
      settings: Object.keys(registries).map((registry) => ({ registry, plainHttp: true })),
      userAgent: "imageferry/test",
      transport: () => transport,
    });
    const { dispatcher, launcher } = pipeline;
    return {
      pipeline: createCloudPipeline({
        ...{ table, fleet, dispatcher, launcher, clock, random, emit },
        requests: scopes.requests,
        alone: true,
      }),
      close: async () => closed(),
    };
  };
  const runs = createRunLedger(table, { clock, random });
  const tasks = createTaskLedger(table, { clock, random });
  const reportOf = async (runId: string) => {
    const run = await runs.get(runId);
    return run && reportOfRun(run, tasks);
  };
  return { pipeline, openMachine, events, faults, runs, tasks, scopes, reportOf };
}
