import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { anonymousKeychain } from "../../lib/auth/keychain.ts";
import { deadlineAfter } from "../../lib/base/deadline.ts";
import { systemRandom } from "../../lib/base/random.ts";
import { systemClock } from "../../lib/base/system-clock.ts";
import { createCloudPipeline } from "../../lib/runtime/cloud-pipeline.ts";
import { lazyNotices } from "../../lib/runtime/lazy-notices.ts";
import { createRegistryFleet } from "../../lib/runtime/registry-fleet.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import type { TaskOrder } from "../../lib/sync/dispatcher.ts";
import { notification, receiver } from "../observe/notify-bed.ts";
import { collectEvents } from "../support/collect-events.ts";
import { createFakeRegistry, transportOf } from "../support/fake-registry.ts";
import { randomImage } from "../support/random-image.ts";
import { createSyncWorld, policyOf } from "../support/sync-world.ts";

const IMAGE = randomImage({ seed: "told" });
const SECRET = "0123456789abcdef0123456789abcdef";

function bodyOf(seen: { readonly body: string } | undefined) {
  return JSON.parse(seen?.body ?? "{}");
}

describe("notices of a process that does everything itself", () => {
  it("tell what a run has copied and what has failed", async () => {
    const server = await receiver(() => ({}));
    const world = createSyncWorld({
      notifications: [notification({ on: "change" })],
      env: { URL: server.url.href, SECRET },
    });
    world.source.seed("app", IMAGE, "v1", "v2");
    const report = await world.sync(
      policyOf("source.test/app", "target.test/app"),
      policyOf("source.test/app:gone", "target.test/app:gone"),
    );

    expect(server.seen).toHaveLength(1);
    const [seen] = server.seen;
    const mac = createHmac("sha256", SECRET)
      .update(seen?.body ?? "")
      .digest("hex");
    expect(seen?.headers["x-imageferry-signature-256"]).toBe(`sha256=${mac}`);
    const told = bodyOf(seen);
    expect(told).toMatchObject({
      runId: report.runId,
      trigger: "cli",
      result: "failed",
      totals: report.totals,
      bytes: report.bytes,
    });
    expect(told.failed).toEqual(report.failed);
    expect(told.copied).toHaveLength(2);
    expect(told.copied).toEqual(expect.arrayContaining([...report.copied]));
    expect(world.events.at(-1)).toMatchObject({ type: "notice.sent" });

    await world.sync(policyOf("source.test/app", "target.test/app"));
    expect(server.seen).toHaveLength(1);
    await world.ferry.close();
  });

  it("fail no run", async () => {
    const world = createSyncWorld({
      notifications: [notification()],
      env: { URL: "http://127.0.0.1:1/", SECRET },
    });
    world.source.seed("app", IMAGE, "v1");
    const report = await world.sync(policyOf("source.test/app", "target.test/app"));
    expect(report.totals).toMatchObject({ copied: 1, failed: 0 });
    expect(world.events.at(-1)).toMatchObject({ type: "notice.failed" });
    await world.ferry.close();
  });

  it("leave no row where nobody is told", async () => {
    const table = createMemoryTable({ clock: systemClock });
    const world = createSyncWorld({ table, notifications: [] });
    world.source.seed("app", IMAGE, "v1");
    await world.sync(policyOf("source.test/app", "target.test/app"));
    for await (const row of table.query("runs#untold")) expect(row).toBeUndefined();
  });
});

/** The pipeline of one function's process, whose orders the test carries out. */
function pipelineBed(url: string) {
  let shiftMs = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + shiftMs };
  const table = createMemoryTable({ clock });
  const source = createFakeRegistry();
  const target = createFakeRegistry();
  source.seed("app", IMAGE, "v1");
  const { sink: emit, ofType } = collectEvents();
  const parts = { clock, random: systemRandom };
  const userAgent = "imageferry/test";
  const fleet = createRegistryFleet({
    settings: ["source.test", "target.test"].map((registry) => ({ registry, plainHttp: true })),
    ...{ ...parts, env: {}, keychain: anonymousKeychain, emit, userAgent },
    transport: () => transportOf({ "http://source.test": source, "http://target.test": target }),
  });
  const orders: TaskOrder[] = [];
  const pipeline = createCloudPipeline({
    ...{ ...parts, table, fleet, emit, requests: new Map() },
    dispatcher: { dispatch: async (given) => void orders.push(...given) },
    launcher: { launch: async () => undefined },
    notices: lazyNotices({
      ...{ ...parts, table, emit, userAgent, env: { URL: url, SECRET } },
      notifications: [notification()],
    }),
  });
  const shift = (milliseconds: number) => {
    shiftMs += milliseconds;
  };
  return { pipeline, orders, ofType, shift };
}

const bounds = () => ({
  deadline: deadlineAfter(systemClock, 60_000),
  signal: new AbortController().signal,
});

describe("notices of the pipeline", () => {
  it("are sent by the sweep that ends a run, and by the next where it could not", async () => {
    let isUp = false;
    const server = await receiver(() => ({ status: isUp ? 200 : 503 }));
    const { pipeline, orders, ofType, shift } = pipelineBed(server.url.href);
    const policies = [policyOf("source.test/app", "target.test/app")];
    await pipeline.start({ runId: "r1", trigger: "timer", policies });
    await pipeline.orchestrate("r1", bounds());
    for (const { runId, taskId } of orders) await pipeline.work({ runId, taskId }, bounds());

    expect(await pipeline.sweep(bounds())).toMatchObject({ runsFinished: ["r1"] });
    expect(ofType("notice.failed")).toHaveLength(1);
    isUp = true;
    shift(60_000);
    expect(await pipeline.sweep(bounds())).toMatchObject({ runsSeen: 0 });
    expect(ofType("notice.sent")).toEqual([{ type: "notice.sent", runId: "r1", receiver: "ops" }]);
    expect(bodyOf(server.seen.at(-1))).toMatchObject({
      ...{ runId: "r1", trigger: "timer", result: "done", totals: { copied: 1 } },
      copied: [{ source: "source.test/app:v1", target: "target.test/app:v1" }],
    });
    const sent = server.seen.length;
    await pipeline.sweep(bounds());
    expect(server.seen).toHaveLength(sent);
    await pipeline.close();
  });
});
