import { anonymousKeychain } from "../../lib/auth/keychain.ts";
import { deadlineAfter } from "../../lib/base/deadline.ts";
import { FerryError } from "../../lib/base/error.ts";
import { countRequests } from "../../lib/http/counting-transport.ts";
import { formatReference } from "../../lib/oci/reference.ts";
import { createRegistryFleet } from "../../lib/runtime/registry-fleet.ts";
import { createActiveRuns } from "../../lib/state/active-runs.ts";
import { createListingLedger } from "../../lib/state/listing-ledger.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createRunLedger } from "../../lib/state/run-ledger.ts";
import { createRunParts } from "../../lib/state/run-parts.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { createTaskLedger } from "../../lib/state/task-ledger.ts";
import { createTaskReader } from "../../lib/state/task-reader.ts";
import { createWatermarks } from "../../lib/state/watermarks.ts";
import type { RunOrder, TaskMessage, TaskOrder } from "../../lib/sync/dispatcher.ts";
import type { SyncEvent } from "../../lib/sync/events.ts";
import { type ListingEnd, orchestrate } from "../../lib/sync/orchestrate.ts";
import { encodeRecordOutcome } from "../../lib/sync/outcome-wire.ts";
import type { SyncPolicy } from "../../lib/sync/policy.ts";
// Imported on demand by the machine: that would take real time, while the clock's runs on.
import "../../lib/sync/select-tags.ts";
import { policiesOfRun, startRun } from "../../lib/sync/start-run.ts";
import { type SweepResult, sweep } from "../../lib/sync/sweep.ts";
import { decodeTask } from "../../lib/sync/task-wire.ts";
import { createReaper, type DyingProcess, type Reaper } from "./dying-process.ts";
import type { FakeRegistryOptions } from "./fake-registry/options.ts";
import { createFakeRegistry, type FakeRegistry, transportOf } from "./fake-registry.ts";
import type { ImageContent } from "./image-content.ts";
import { seededRandom } from "./seeded-random.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** How a world is set up. */
export interface RunWorldOptions {
  readonly source?: FakeRegistryOptions;
  readonly target?: FakeRegistryOptions;
  readonly reaper?: Reaper;
  /** A listing that cannot be had now is put off. */
  readonly patient?: boolean;
  /** What each write to the table takes. Default: nothing. */
  readonly writeMs?: number;
  /** Tells whether the queues are away. */
  readonly isAway?: () => boolean;
  /** What workers copy, whatever the tag. */
  readonly image: ImageContent;
}

/**
 * Orchestrator, sweep and state of the pipeline between two registries in memory, each call a
 * process of its own. Orders are noted; workers are stand-ins that settle what they are given.
 */
export interface RunWorld {
  readonly clock: VirtualClock;
  readonly table: StateTable;
  readonly source: FakeRegistry;
  readonly target: FakeRegistry;
  readonly events: readonly SyncEvent[];
  /** Orders that nobody has carried out yet, oldest first. */
  readonly tasks: TaskOrder[];
  readonly launches: RunOrder[];
  start(runId: string, policies: readonly SyncPolicy[]): Promise<unknown>;
  orchestrate(runId: string, lifeMs?: number): Promise<ListingEnd | "died">;
  sweep(lifeMs?: number): Promise<SweepResult | "died">;
  work(message: TaskMessage): Promise<unknown>;
}

const LONG_MS = 900_000;
const LEASE_MS = 90_000;
/** What a stand-in worker says it moved for each target. */
export const BYTES_PER_COPY = 1000;

/** Makes a world. */
export function createRunWorld(options: RunWorldOptions): RunWorld {
  const clock = new VirtualClock();
  const table = createMemoryTable({ clock });
  const source = createFakeRegistry({ clock, ...options.source });
  const target = createFakeRegistry({ clock, ...options.target });
  const reaper = options.reaper ?? createReaper();
  const random = seededRandom(1);
  const events: SyncEvent[] = [];
  const emit = (event: SyncEvent) => void events.push(event);
  const tasks: TaskOrder[] = [];
  const launches: RunOrder[] = [];

  const send = (process: DyingProcess, deliver: () => void) =>
    process.effect(async () => {
      if (options.isAway?.() === true) throw queueAway();
      deliver();
    });

  /** Everything a process is made of; it shares the table and the world's registries with others. */
  const portsOf = (process: DyingProcess) => {
    const own = process.table(slowly(table, clock, options.writeMs));
    const ownClock = process.clock(clock);
    const ledgers = { clock: ownClock, random };
    const transport = countRequests(
      transportOf({ "http://source.test": source, "http://target.test": target }),
    );
    return {
      repositories: createRegistryFleet({
        settings: ["source.test", "target.test"].map((registry) => ({ registry, plainHttp: true })),
        env: {},
        keychain: anonymousKeychain,
        clock: ownClock,
        random,
        userAgent: "imageferry/test",
        emit,
        transport: () => transport,
      }),
      watermarks: createWatermarks(own, ownClock),
      tasks: createTaskLedger(own, ledgers),
      taskReader: createTaskReader(own),
      runs: createRunLedger(own, ledgers),
      listings: createListingLedger(own, ledgers),
      runParts: createRunParts(own, ledgers),
      active: createActiveRuns(own),
      dispatcher: {
        dispatch: (orders: readonly TaskOrder[]) => send(process, () => tasks.push(...orders)),
      },
      launcher: {
        launch: (order: RunOrder) => send(process, () => launches.push(order)),
      },
      clock: ownClock,
      emit,
      owner: "orchestrator",
      patient: options.patient ?? true,
      requests: () => transport.requests,
    };
  };
  type Ports = ReturnType<typeof portsOf>;

  /** Runs a call in a process of its own, which ends with it. */
  const inProcess = async <T>(call: (ports: Ports) => Promise<T>): Promise<T | "died"> => {
    const process = reaper.process();
    try {
      return await Promise.race([call(portsOf(process)), process.died]);
    } finally {
      process.kill();
    }
  };
  const bounds = (lifeMs: number) => ({
    deadline: deadlineAfter(clock, lifeMs),
    signal: new AbortController().signal,
  });

  return {
    clock,
    table,
    source,
    target,
    events,
    tasks,
    launches,
    start: (runId, policies) =>
      inProcess((ports) => startRun({ runId, trigger: "http", policies }, ports)),
    orchestrate: (runId, lifeMs = LONG_MS) =>
      inProcess(async (ports) => {
        const policies = await policiesOfRun(runId, ports.runParts);
        return orchestrate({ runId, policies }, ports, bounds(lifeMs));
      }),
    sweep: (lifeMs = LONG_MS) => inProcess((ports) => sweep(ports, bounds(lifeMs))),
    work: ({ runId, taskId }) =>
      inProcess(async (ports) => {
        const claim = await ports.tasks.claim(runId, taskId, { owner: "w", leaseMs: LEASE_MS });
        if (claim === undefined) return;
        const { digest } = options.image.root;
        const names = decodeTask(claim.task).targets.map(({ repository, reference }) => {
          if (reference.kind === "tag") {
            target.seed(repository.repository, options.image, reference.tag);
          }
          return formatReference(repository, reference);
        });
        const outcome = encodeRecordOutcome({
          outcomes: new Map(
            names.map((name) => [
              name,
              { kind: "copied", sourceDigest: digest, targetDigest: digest, rewritten: false },
            ]),
          ),
          transfers: new Map(
            names.map((name) => [
              name,
              { bytesCopied: BYTES_PER_COPY, bytesMounted: 0, bytesSkipped: 0 },
            ]),
          ),
          usage: { attempts: 1, elapsedMs: 5, requests: new Map([["source.test", 2]]) },
        });
        await ports.tasks.settle(claim, "copied", outcome);
      }),
  };
}

/** The table with writes that take a while. */
function slowly(table: StateTable, clock: VirtualClock, writeMs = 0): StateTable {
  if (writeMs === 0) return table;
  return {
    get: (key) => table.get(key),
    getMany: (keys) => table.getMany(keys),
    query: (...args) => table.query(...args),
    put: (...args) => clock.sleep(writeMs).then(() => table.put(...args)),
    putMany: (writes) => clock.sleep(writeMs).then(() => table.putMany(writes)),
    delete: (...args) => clock.sleep(writeMs).then(() => table.delete(...args)),
    close: () => table.close(),
  };
}

function queueAway(): FerryError {
  return new FerryError("the queue is away", { code: "DISPATCH_FAILED", remedy: "retry" });
}
