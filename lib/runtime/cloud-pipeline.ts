import { setMaxListeners } from "node:events";
import { anySignal } from "../base/any-signal.ts";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { type ActiveRuns, createActiveRuns } from "../state/active-runs.ts";
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
import { watchCancelled } from "../sync/cancelled-runs.ts";
import type { Dispatcher, RunLauncher } from "../sync/dispatcher.ts";
import type { EventSink } from "../sync/events.ts";
import { type ListingEnd, orchestrate } from "../sync/orchestrate.ts";
import type { SyncPolicy } from "../sync/policy.ts";
import { createReferrersTags } from "../sync/referrers-tag.ts";
import type { CostMeter } from "../sync/run-cost.ts";
import { runTask, type TaskEnd } from "../sync/run-task.ts";
import { createSharedLimits } from "../sync/shared-limits.ts";
import { policiesOfRun, startRun } from "../sync/start-run.ts";
import { type SweepPorts, type SweepResult, sweep } from "../sync/sweep.ts";
import { TURNS_OF_MANY, TURNS_OF_ONE, type UploadTurnRules } from "../sync/upload-turn.ts";
import type { OpenNotices } from "./open-notices.ts";
import type { InvocationEnd, InvocationOptions, Pipeline } from "./pipeline.ts";
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
  /** Left out: nobody is told that runs have ended. */
  readonly notices?: OpenNotices | undefined;
  /** No other process works with this table: it may do many things at once. */
  readonly alone?: boolean;
  /** How turns at uploads are taken; as suits one process or many when left out. */
  readonly turns?: UploadTurnRules;
}

/** Everything waits for the listing, and there is one at a time. */
const LISTING_PATIENCE_MS = 20_000;
/** Runs are told of with what time a sweep has left. */
const TELL_MS_MAX = 30_000;
const TELL_RESERVE_MS = 5_000;

/** Makes the pipeline of one process, which does one thing at a time unless it is alone. */
export function createCloudPipeline(parts: CloudPipelineParts): Pipeline {
  const { table, fleet, requests, dispatcher, launcher, clock, random, emit, meter } = parts;
  const { notices } = parts;
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
    alone: parts.alone === true,
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
    placer: createBlobPlacer({ ...common, ...uploadTurns(parts) }),
    referrersTags: createReferrersTags({ locks: createLockLedger(table, { clock }), clock }),
    patience: { random },
  };
  const only = (runId: string) => ({ ...common, active: onlyRun(common.active, runId) });
  const isCancelled = watchCancelled(common.runs, clock);
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
      if (await isCancelled(message.runId)) return { kind: "done" };
      // Every request under way listens; Node would take more than ten for a leak.
      setMaxListeners(0, options.signal);
      try {
        return endOf(await runTask(message, work, options));
      } finally {
        await blobs.flush();
      }
    },
    sweep: ({ runId, ...options }) =>
      sweepAndTell({ ...(runId === undefined ? common : only(runId)), notices }, options),
    async close() {
      await notices?.close();
      await fleet.transport.close();
      await table.close();
    },
  };
}

function uploadTurns({ table, clock, alone, turns }: CloudPipelineParts) {
  const uploads = createUploadLedger(table, { clock });
  return { uploads, turns: turns ?? (alone === true ? TURNS_OF_ONE : TURNS_OF_MANY) };
}

/** Runs are told of even where one of the others could not be swept. */
async function sweepAndTell(
  ports: SweepPorts & Pick<CloudPipelineParts, "notices">,
  options: InvocationOptions,
): Promise<SweepResult> {
  try {
    return await sweep(ports, options);
  } finally {
    const leftMs = Math.min(TELL_MS_MAX, options.deadline.remainingMs() - TELL_RESERVE_MS);
    if (leftMs > 0) await ports.notices?.tell(leftMs);
  }
}

function onlyRun(active: ActiveRuns, runId: string): ActiveRuns {
  return {
    ...active,
    async *list() {
      for await (const run of active.list()) if (run.runId === runId) yield run;
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
