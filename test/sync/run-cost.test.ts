import { describe, expect, it } from "vitest";
import { anonymousKeychain } from "../../lib/auth/keychain.ts";
import { noDeadline } from "../../lib/base/deadline.ts";
import { countRequests } from "../../lib/http/counting-transport.ts";
import { createCloudPipeline } from "../../lib/runtime/cloud-pipeline.ts";
import { createRegistryFleet } from "../../lib/runtime/registry-fleet.ts";
import { countTable } from "../../lib/state/counting-table.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createRunLedger } from "../../lib/state/run-ledger.ts";
import { createTaskLedger } from "../../lib/state/task-ledger.ts";
import type { RunOrder, TaskOrder } from "../../lib/sync/dispatcher.ts";
import { estimateCost } from "../../lib/sync/estimate-cost.ts";
import { measurePlan } from "../../lib/sync/measure-plan.ts";
import { priceRun } from "../../lib/sync/price-run.ts";
import { createCostMeter } from "../../lib/sync/run-cost.ts";
import { reportOfRun } from "../../lib/sync/stored-report.ts";
import { createFakeRegistry, transportOf } from "../support/fake-registry.ts";
import { randomImage } from "../support/random-image.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { policyOf } from "../support/sync-world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
// Imported on demand by the machine.
import "../../lib/sync/select-tags.ts";

const TAGS = Array.from({ length: 25 }, (_, index) => `v${index}`);
const NAMES = ["source.test", "target.test"];
const POLICY = policyOf("source.test/app", "target.test/app");
const MEMORY_MB = 512;

/** A pipeline whose orders are carried out one after the other until none is left. */
function world() {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const [source, target] = [
    createFakeRegistry({ clock, latencyMs: 10 }),
    createFakeRegistry({ clock }),
  ];
  for (const tag of TAGS) {
    source.seed(
      "app",
      randomImage({ seed: tag, layers: [{ bytes: 100_000, seed: "base" }, 900] }),
      tag,
    );
  }
  const transport = countRequests(
    transportOf({ "http://source.test": source, "http://target.test": target }),
  );
  const { table, counts } = countTable(createMemoryTable({ clock }));
  const fleet = createRegistryFleet({
    settings: NAMES.map((registry) => ({ registry, plainHttp: true })),
    ...{ env: {}, keychain: anonymousKeychain, clock, random, userAgent: "imageferry/test" },
    emit: () => undefined,
    transport: () => transport,
  });
  const orders: (TaskOrder | RunOrder)[] = [];
  const pipeline = createCloudPipeline({
    ...{ table, fleet, clock, random, requests: transport.requests, emit: () => undefined },
    meter: createCostMeter(counts, { clock, memoryMb: MEMORY_MB }),
    dispatcher: { dispatch: async (given) => void orders.push(...given) },
    launcher: { launch: async (given) => void orders.push(given) },
  });
  const options = { deadline: noDeadline, signal: new AbortController().signal };
  let invocations = 0;
  const run = async (): Promise<number> => {
    await pipeline.start({ runId: "r", trigger: "http", policies: [POLICY] });
    for (let order = orders.shift(); order; order = orders.shift()) {
      invocations++;
      if ("taskId" in order) await pipeline.work(order, options);
      else await pipeline.orchestrate(order.runId, options);
    }
    await pipeline.sweep(options);
    return invocations;
  };
  const ledgers = { clock, random };
  const report = async () => {
    const record = await createRunLedger(table, ledgers).get("r");
    return record && reportOfRun(record, createTaskLedger(table, ledgers));
  };
  return { clock, counts, fleet, run, report };
}

describe("the cost of a run", () => {
  it("is what its invocations used, and near to what was estimated", async () => {
    const { clock, counts, fleet, run, report } = world();
    const tasks = TAGS.map((tag) => ({
      ...{ source: `source.test/app:${tag}`, target: `target.test/app:${tag}` },
      ...({ action: "copy", policy: "p" } as const),
    }));
    const { signal } = new AbortController();
    const content = await clock.run(measurePlan(tasks, fleet, signal));
    const estimate = estimateCost(content, TAGS.length);

    const invocations = await clock.run(run());
    const used = { ...counts };
    const told = await report();

    expect(told?.totals.copied).toBe(TAGS.length);
    expect(told?.cost?.invocations).toBe(invocations);
    expect(estimate.invocations).toBe(invocations);
    expect(told?.bytes.copied).toBe(content.bytes);
    const { tableReads = 0, tableWrites = 0, gbSeconds = 0 } = told?.cost ?? {};
    // Starting and sweeping are no part of it, nor is every row's last change.
    expect(tableWrites).toBeGreaterThan(used.writes * 0.8);
    expect(tableWrites).toBeLessThan(used.writes * 1.1);
    expect(estimate.tableWrites / used.writes).toBeGreaterThan(0.8);
    expect(estimate.tableWrites / used.writes).toBeLessThan(1.5);
    expect(tableReads).toBeLessThanOrEqual(used.reads);
    expect(estimate.tableReads / tableReads).toBeGreaterThan(0.5);
    expect(estimate.tableReads / tableReads).toBeLessThan(2);
    expect(gbSeconds).toBeGreaterThan(0);
    expect(gbSeconds).toBeLessThanOrEqual((clock.monotonicMs() / 1000) * (MEMORY_MB / 1024));
    const requests = Object.values(told?.requests ?? {}).reduce((sum, count) => sum + count, 0);
    expect(estimate.requests / requests).toBeGreaterThan(0.5);
    expect(estimate.requests / requests).toBeLessThan(2);
  });

  it("has a price on each cloud, and says what is not in it", () => {
    const cost = { invocations: 1e6, gbSeconds: 1e6, tableReads: 1e6, tableWrites: 1e6 };
    const [aws, alicloud] = priceRun(cost);
    expect(aws).toMatchObject({ cloud: "aws", unpriced: [] });
    expect(aws?.usd).toBeCloseTo(13.3334 + 1.4 + 0.125 + 0.625);
    expect(alicloud).toMatchObject({ cloud: "alicloud", unpriced: ["tableReads", "tableWrites"] });
    expect(alicloud?.usd).toBeCloseTo(17 + 0.15);
  });
});
