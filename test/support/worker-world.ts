import { anonymousKeychain } from "../../lib/auth/keychain.ts";
import type { Clock } from "../../lib/base/clock.ts";
import { deadlineAfter } from "../../lib/base/deadline.ts";
import { countRequests } from "../../lib/http/counting-transport.ts";
import type { Transport } from "../../lib/http/transport.ts";
import type { Digest } from "../../lib/oci/digest.ts";
import { parseReference } from "../../lib/oci/reference.ts";
import { createRegistryFleet } from "../../lib/runtime/registry-fleet.ts";
import { createBlobLedger } from "../../lib/state/blob-ledger.ts";
import { createHostLedger } from "../../lib/state/host-ledger.ts";
import { createLockLedger } from "../../lib/state/lock-ledger.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createSlotLedger } from "../../lib/state/slot-ledger.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { createTaskLedger } from "../../lib/state/task-ledger.ts";
import type { TaskRow } from "../../lib/state/task-row.ts";
import { createUploadLedger } from "../../lib/state/upload-ledger.ts";
import { createWatermarks } from "../../lib/state/watermarks.ts";
import { createBlobPlacer } from "../../lib/sync/blob-placer.ts";
import type { SyncEvent } from "../../lib/sync/events.ts";
import { DEFAULT_COPY_OPTIONS } from "../../lib/sync/policy.ts";
import { createReferrersTags } from "../../lib/sync/referrers-tag.ts";
import { type RunTaskPorts, runTask, type TaskEnd } from "../../lib/sync/run-task.ts";
import { createSharedLimits } from "../../lib/sync/shared-limits.ts";
import type { ImageLocation, TagTask } from "../../lib/sync/task.ts";
import { taskId } from "../../lib/sync/task-identity.ts";
import { encodeTask } from "../../lib/sync/task-wire.ts";
import { TURNS_OF_MANY } from "../../lib/sync/upload-turn.ts";
import { PAUSE_MAX_MS } from "../../lib/transfer/waits-too-long.ts";
import { type Mortal, mortal } from "./mortal.ts";
import { seededRandom } from "./seeded-random.ts";

/** How workers are set up; each `work` is a process of its own over one table. */
export interface WorkerWorldOptions {
  readonly clock: Clock;
  /** Reaches the registries of the tasks, which are spoken to without TLS. */
  readonly transport: Transport;
  readonly registries: readonly string[];
  /** Rows of the vendor table that hold for all of them. */
  readonly quirks?: readonly string[];
  readonly table?: StateTable;
  /** Requests at once at each registry, over all workers; left out: each is by itself. */
  readonly sharedConcurrency?: number;
  readonly seed?: number;
}

/** How one invocation is made. */
export interface Invocation {
  readonly lifeMs: number;
  readonly signal?: AbortSignal;
  /** The process it is made in; left out: one that lives. */
  readonly process?: Mortal;
}

/** What a task is made of. */
export interface PlannedTask {
  readonly source: string;
  readonly targets: readonly string[];
  readonly sourceDigest?: Digest;
}

/** Workers over one table, without queue, orchestrator and cloud. */
export interface WorkerWorld {
  readonly table: StateTable;
  readonly events: readonly SyncEvent[];
  plan(task: PlannedTask): Promise<string>;
  work(id: string, invocation: Invocation): Promise<TaskEnd>;
  row(id: string): Promise<TaskRow>;
}

const RUN = "run";

/** Makes a world. */
export function createWorkerWorld(options: WorkerWorldOptions): WorkerWorld {
  const { clock } = options;
  const table = options.table ?? createMemoryTable({ clock });
  const random = seededRandom(options.seed ?? 1);
  const events: SyncEvent[] = [];
  const emit = (event: SyncEvent) => void events.push(event);

  const portsOf = (process: Mortal): RunTaskPorts => {
    const own = process.table(table);
    const counted = countRequests(process.transport(options.transport));
    const blobs = createBlobLedger(own, clock);
    const uploads = createUploadLedger(own, { clock });
    const locks = createLockLedger(own, { clock });
    const { sharedConcurrency } = options;
    const fleet = createRegistryFleet({
      settings: options.registries.map((registry) => ({
        registry,
        plainHttp: true,
        ...(sharedConcurrency !== undefined && { concurrency: sharedConcurrency }),
        ...(options.quirks && { quirks: options.quirks }),
      })),
      env: {},
      keychain: anonymousKeychain,
      clock,
      random,
      userAgent: "imageferry/test",
      emit,
      transport: () => counted,
      ...(sharedConcurrency !== undefined && { retryAfterMaxMs: PAUSE_MAX_MS }),
    });
    const limits = createSharedLimits({
      ...{ clock, random, host: fleet.host },
      hosts: createHostLedger(own, { clock }),
      slots: createSlotLedger(own, { clock, random }),
    });
    fleet.listen(limits);
    return {
      repositories: fleet,
      ...(sharedConcurrency !== undefined && { limits }),
      tasks: createTaskLedger(own, { clock, random }),
      watermarks: createWatermarks(own, clock),
      blobs,
      placer: createBlobPlacer({ blobs, clock, random, emit, uploads, turns: TURNS_OF_MANY }),
      referrersTags: createReferrersTags({ locks, clock }),
      clock,
      emit,
      owner: "worker",
      patience: { random },
      requests: counted.requests,
    };
  };

  return {
    table,
    events,
    async plan({ source, targets, sourceDigest }) {
      const from = locationOf(source);
      const to = targets.map(locationOf);
      const task: TagTask = {
        id: taskId(from, to, DEFAULT_COPY_OPTIONS),
        policy: "test",
        source: from,
        named: true,
        targets: to.map((target) => ({ ...target, repositoryExists: false, recorded: false })),
        options: DEFAULT_COPY_OPTIONS,
        ...(sourceDigest && { sourceDigest }),
      };
      await createTaskLedger(table, { clock, random }).plan(RUN, task.id, encodeTask(task));
      return task.id;
    },
    work(id, invocation) {
      const ports = portsOf(invocation.process ?? mortal());
      return runTask({ runId: RUN, taskId: id }, ports, {
        deadline: deadlineAfter(clock, invocation.lifeMs),
        signal: invocation.signal ?? new AbortController().signal,
      });
    },
    async row(id) {
      for await (const row of createTaskLedger(table, { clock, random }).list(RUN)) {
        if (row.taskId === id) return row;
      }
      throw new Error(`there is no task ${id}`);
    },
  };
}

function locationOf(name: string): ImageLocation {
  const { registry, repository, tag, digest } = parseReference(name);
  const reference = digest ? { kind: "digest" as const, digest } : tagOf(tag);
  return { repository: { registry, repository }, reference };
}

function tagOf(tag = "latest"): ImageLocation["reference"] {
  return { kind: "tag", tag };
}
