import { anonymousKeychain } from "../../lib/auth/keychain.ts";
import { deadlineAfter } from "../../lib/base/deadline.ts";
import { countRequests } from "../../lib/http/counting-transport.ts";
import { createCloudPipeline } from "../../lib/runtime/cloud-pipeline.ts";
import type { Pipeline } from "../../lib/runtime/pipeline.ts";
import { createRegistryFleet } from "../../lib/runtime/registry-fleet.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import type { RunOrder, TaskOrder } from "../../lib/sync/dispatcher.ts";
import { createFakeRegistry, transportOf } from "../support/fake-registry.ts";
import { randomArtifact } from "../support/random-artifact.ts";
import { randomImage } from "../support/random-image.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { policyOf } from "../support/sync-world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

/** A function that copies. */
export type PipelineFunction = "orchestrator" | "worker" | "sweeper";

/** A function that is deployed. */
export type FunctionName = PipelineFunction | "webhook" | "api";

/** A call of the state table; each is one action of a cloud, or two. */
export type TableCall = "get" | "getMany" | "query" | "put" | "putMany" | "delete";

/** What a function did. */
export interface UsedRights {
  readonly table: ReadonlySet<TableCall>;
  readonly orders: ReadonlySet<"task" | "run">;
}

const FUNCTIONS: readonly PipelineFunction[] = ["orchestrator", "worker", "sweeper"];
const HOUR_MS = 3_600_000;

/**
 * Runs a pipeline from its start to its end, with a task whose order gets lost and a target that
 * needs the lock on its referrers tag, and tells what each function asked of the table and the
 * queues.
 */
export async function usedRights(): Promise<ReadonlyMap<PipelineFunction, UsedRights>> {
  const clock = new VirtualClock();
  const source = createFakeRegistry({ clock });
  const target = createFakeRegistry({ clock, quirks: { noSubject: true } });
  // Small layers take no turns, and are not looked for.
  const image = randomImage({ seed: "image", layers: [1000, 100_000] });
  source.seed("app", image, "v1");
  source.seed("app", randomArtifact({ seed: "sbom", kind: "sbom", subject: image.root }));
  const transport = countRequests(
    transportOf({ "http://source.test": source, "http://target.test": target }),
  );
  const table = createMemoryTable({ clock });
  const tasks: TaskOrder[] = [];
  const runs: RunOrder[] = [];
  const used = new Map<PipelineFunction, UsedRights>();

  const pipelineOf = (name: PipelineFunction): Pipeline => {
    const rights = { table: new Set<TableCall>(), orders: new Set<"task" | "run">() };
    used.set(name, rights);
    const emit = () => undefined;
    const random = seededRandom(FUNCTIONS.indexOf(name));
    return createCloudPipeline({
      ...{ clock, random, emit, requests: transport.requests },
      table: recordCalls(table, rights.table),
      fleet: createRegistryFleet({
        settings: ["source.test", "target.test"].map((registry) => ({ registry, plainHttp: true })),
        env: {},
        keychain: anonymousKeychain,
        ...{ clock, random, emit, userAgent: "imageferry/test" },
        transport: () => transport,
      }),
      dispatcher: {
        async dispatch(orders) {
          if (orders.length > 0) rights.orders.add("task");
          tasks.push(...orders);
        },
      },
      launcher: {
        async launch(order) {
          rights.orders.add("run");
          runs.push(order);
        },
      },
    });
  };
  const [orchestrator, worker, sweeper] = FUNCTIONS.map(pipelineOf);
  const life = () => ({
    deadline: deadlineAfter(clock, HOUR_MS),
    signal: new AbortController().signal,
  });
  const policies = [policyOf("source.test/app", "target.test/app", { referrers: true })];
  for (const runId of ["first", "second"]) {
    await clock.run(orchestrator!.start({ runId, trigger: "http", policies }));
    await clock.advance(HOUR_MS);
    // Nobody went on with the run: its order got lost.
    await clock.run(sweeper!.sweep(life()));
    for (const run of runs.splice(0, 1)) {
      await clock.run(orchestrator!.orchestrate(run.runId, life()));
    }
    tasks.splice(0);
    await clock.advance(HOUR_MS);
    await clock.run(sweeper!.sweep(life()));
    for (const task of tasks.splice(0)) await clock.run(worker!.work(task, life()));
    await clock.run(sweeper!.sweep(life()));
  }
  const copied = target.snapshot().get("app")?.tags.get("v1");
  if (copied !== image.root.digest) throw new Error("the tag was not copied");
  return used;
}

/** Writes down which calls are made. */
export function recordCalls(table: StateTable, calls: Set<TableCall>): StateTable {
  return {
    get(...args) {
      calls.add("get");
      return table.get(...args);
    },
    getMany(...args) {
      calls.add("getMany");
      return table.getMany(...args);
    },
    query(...args) {
      calls.add("query");
      return table.query(...args);
    },
    put(...args) {
      calls.add("put");
      return table.put(...args);
    },
    putMany(...args) {
      calls.add("putMany");
      return table.putMany(...args);
    },
    delete(...args) {
      calls.add("delete");
      return table.delete(...args);
    },
    close: () => table.close(),
  };
}
