import { setMaxListeners } from "node:events";
import { anySignal } from "../base/any-signal.ts";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { createActiveRuns } from "../state/active-runs.ts";
import { createBlobLedger } from "../state/blob-ledger.ts";
import { createHostLedger } from "../state/host-ledger.ts";
import { createListingLedger } from "../state/listing-ledger.ts";
import { createLockLedger } from "../state/lock-ledger.ts";
import { createRunLedger } from "../state/run-ledger.ts";
import { createRunParts } from "../state/run-parts.ts";
import { createSlotLedger } from "../state/slot-ledger.ts";
import type { StateTable } from "../state/state-table.ts";
import { createTaskLedger } from "../state/task-ledger.ts";
import { createTaskReader } from "../state/task-reader.ts";
import { createUploadLedger } from "../state/upload-ledger.ts";
import { createWatermarks } from "../state/watermarks.ts";
import { createBlobPlacer } from "../sync/blob-placer.ts";
import type { Dispatcher, RunLauncher } from "../sync/dispatcher.ts";
import type { EventSink } from "../sync/events.ts";
import { type ListingEnd, orchestrate } from "../sync/orchestrate.ts";
import type { SyncPolicy } from "../sync/policy.ts";
import { createReferrersTags } from "../sync/referrers-tag.ts";
import type { CostMeter } from "../sync/run-cost.ts";
import { runTask, type TaskEnd } from "../sync/run-task.ts";
import { createSharedLimits } from "../sync/shared-limits.ts";
import { policiesOfRun, startRun } from "../sync/start-run.ts";
import { sweep } from "../sync/sweep.ts";
import type { InvocationEnd, Pipeline } from "./pipeline.ts";
import type { RegistryFleet } from "./registry-fleet.ts";

/** The parts a pipeline is put together from. */
export interface CloudPipelineParts {
  readonly table: StateTable;
  readonly fleet: RegistryFleet;
  /** Requests sent so far, by host. */
  readonly requests: ReadonlyMap<string, number>;
  readonly dispatcher: Dispatcher;
  readonly launcher: RunLauncher;
  readonly clock: Clock;
  readonly random: Random;
  /** Left out: nobody wants to know what invocations cost. */
  readonly meter?: CostMeter;
  readonly emit: EventSink;
}

/** Everything waits for the listing, and there is one at a time. */
const LISTING_PATIENCE_MS = 20_000;

/** Makes the pipeline of one function's process; it does one thing at a time. */
export function createCloudPipeline(parts: CloudPipelineParts): Pipeline {
  const { table, fleet, requests, dispatcher, launcher, clock, random, emit, meter } = parts;
  const blobs = createBlobLedger(table, clock);
  const common = {
    ...{ clock, random, emit, blobs, dispatcher, launcher, requests },
    ...(meter && { meter }),
    repositories: fleet,
    runs: createRunLedger(table, { clock, random }),
    runParts: createRunParts(table, { clock }),
    active: createActiveRuns(table),
    tasks: createTaskLedger(table, { clock, random }),
    taskReader: createTaskReader(table),
    watermarks: createWatermarks(table, clock),
    owner: `function-${random.hex(4)}`,
  };
  const limits = createSharedLimits({
    ...{ clock, random, host: fleet.host },
    hosts: createHostLedger(table, { clock }),
    slots: createSlotLedger(table, { clock, random }),
  });
  fleet.listen(limits);
  const listing = {
    ...common,
    listings: createListingLedger(table, { clock, random }),
    requests: () => requests,
    patient: true,
  };
  const work = {
    ...common,
    limits,
    placer: createBlobPlacer({ ...common, uploads: createUploadLedger(table, { clock }) }),
    referrersTags: createReferrersTags({ locks: createLockLedger(table, { clock }), clock }),
    patience: { random },
  };
  return {
    start: (run) => startRun(run, common),
    async orchestrate(runId, options) {
      const policies = await policiesOfRun(runId, common.runParts);
      const entry = await limits.enter(registriesOf(policies), {
        ...options,
        patienceMs: LISTING_PATIENCE_MS,
      });
      if (entry.kind === "wait") {
        const run = await common.runs.get(runId);
        return { kind: "handOn", delayMs: entry.delayMs, epoch: run?.listing.epoch ?? 0 };
      }
      const signal = anySignal([options.signal, entry.signal]);
      try {
        return endOf(await orchestrate({ runId, policies }, listing, { ...options, signal }));
      } finally {
        await entry.leave();
      }
    },
    async work(message, options) {
      // Every request under way listens; Node would take more than ten for a leak.
      setMaxListeners(0, options.signal);
      try {
        return endOf(await runTask(message, work, options));
      } finally {
        await blobs.flush();
      }
    },
    sweep: (options) => sweep(common, options),
    async close() {
      await fleet.transport.close();
      await table.close();
    },
  };
}

function registriesOf(policies: readonly SyncPolicy[]): readonly string[] {
  return policies.flatMap(({ source, targets }) => [
    source.registry,
    ...targets.map(({ repository }) => repository.registry),
  ]);
}

/** What the next invocation needs of how this one ended. */
function endOf(end: TaskEnd | ListingEnd): InvocationEnd {
  if (end.kind !== "handOn") return { kind: "done" };
  return { kind: "handOn", delayMs: end.delayMs, epoch: end.epoch };
}
