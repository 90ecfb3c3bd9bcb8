import { describe, expect, it } from "vitest";
import { taskKey } from "../../lib/state/row-keys.ts";
import type { TaskEnd } from "../../lib/sync/run-task.ts";
import type { Quirks } from "../support/fake-registry/quirks.ts";
import { createFakeRegistry, type FakeRegistry, transportOf } from "../support/fake-registry.ts";
import { randomImage } from "../support/random-image.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { createWorkerWorld, type WorkerWorld } from "../support/worker-world.ts";

const IMAGE = randomImage({ seed: "waiting", layers: [1000, 200_000] });
const TASK = { source: "source.test/app:v1", targets: ["target.test/app:v1"] };
const LIFE_MS = 900_000;
const HOUR_MS = 3_600_000;

interface World extends WorkerWorld {
  readonly clock: VirtualClock;
  readonly target: FakeRegistry;
  readonly id: string;
  work1(lifeMs?: number): Promise<TaskEnd>;
}

async function world(quirks: Quirks = {}, targetPace = {}): Promise<World> {
  const clock = new VirtualClock();
  const source = createFakeRegistry({ clock });
  const target = createFakeRegistry({ clock, quirks, ...targetPace });
  source.seed("app", IMAGE, "v1");
  const made = createWorkerWorld({
    clock,
    transport: transportOf({ "http://source.test": source, "http://target.test": target }),
    registries: ["source.test", "target.test"],
  });
  const id = await made.plan(TASK);
  return {
    ...made,
    clock,
    target,
    id,
    work1: (lifeMs = LIFE_MS) => clock.run(made.work(id, { lifeMs })),
  };
}

const REFUSING: Quirks = {
  fail: { method: "PUT", kind: "manifest", status: 503, times: 10_000 },
};

describe("a failure that may pass", () => {
  it("is waited out longer and longer, and the fifth in a row is final", async () => {
    const { work1, row, id, clock, events } = await world(REFUSING);
    const delays: number[] = [];
    for (;;) {
      const end = await work1();
      if (end.kind !== "handOn") break;
      delays.push(end.delayMs);
      const { state, notBefore, failures } = await row(id);
      expect({ state, failures }).toEqual({ state: "waiting", failures: delays.length });
      expect(notBefore).toBeGreaterThan(clock.now());
      expect(notBefore).toBeLessThanOrEqual(clock.now() + end.delayMs);
      await clock.advance(end.delayMs);
    }
    expect(delays).toHaveLength(4);
    expect(delays.at(-1)).toBeGreaterThan(delays[0] ?? 0);
    expect(await row(id)).toMatchObject({ state: "failed" });
    const told = events.flatMap((event) =>
      event.type === "target.settled" ? [event.outcome.kind] : [],
    );
    expect(told).toEqual([...delays.map(() => "suspended"), "failed"]);
  });

  it("is nobody's business before its time", async () => {
    const { work1, target } = await world(REFUSING);
    await work1();
    const before = target.count();
    expect(await work1()).toEqual({ kind: "notOurs" });
    expect(target.count()).toBe(before);
  });

  it("is forgotten when it passes", async () => {
    const { work1, row, id, clock, target } = await world(REFUSING);
    const end = await work1();
    target.setQuirks({});
    if (end.kind === "handOn") await clock.advance(end.delayMs);
    expect(await work1()).toMatchObject({ kind: "settled" });
    expect(await row(id)).toMatchObject({ state: "copied", failures: 0 });
  });
});

describe("a registry that asks for a pause", () => {
  const throttle = { method: "POST", kind: "uploads", n: 3, retryAfter: "seconds" } as const;

  it("gets it in full, and it counts for nothing", async () => {
    const { work1, row, id, clock } = await world({ throttle: { ...throttle, seconds: 1800 } });
    const end = await work1();
    expect(end).toMatchObject({ kind: "handOn" });
    expect(await row(id)).toMatchObject({
      state: "waiting",
      failures: 0,
      claims: 0,
      notBefore: clock.now() + 1_800_000,
    });
    await clock.advance(HOUR_MS);
    expect(await work1()).toMatchObject({ kind: "settled" });
  });

  it("gets it between invocations when this one is too short for it", async () => {
    const { work1, row, id, clock } = await world({ throttle: { ...throttle, seconds: 400 } });
    const end = await work1(20_000);
    expect(end).toMatchObject({ kind: "handOn" });
    expect(clock.monotonicMs()).toBeLessThan(20_000);
    expect(await row(id)).toMatchObject({ state: "waiting", failures: 0 });
  });
});

describe("a worker whose time runs out", () => {
  it("is cut off before the platform does it, and costs a claim when nothing was achieved", async () => {
    const { work1, row, id, clock } = await world({}, { latencyMs: 100_000 });
    const end = await work1(10_000);
    expect(end).toMatchObject({ kind: "handOn", delayMs: 0 });
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(8000);
    expect(clock.monotonicMs()).toBeLessThan(10_000);
    expect(await row(id)).toMatchObject({ state: "suspended", claims: 1 });
  });

  it("is tried less and less often in vain, and at last no more", async () => {
    const { work1, row, id, clock } = await world({}, { latencyMs: 100_000 });
    const delays: number[] = [];
    for (let end = await work1(10_000); end.kind === "handOn"; end = await work1(10_000)) {
      delays.push(end.delayMs);
      await clock.advance(end.delayMs);
    }
    expect(delays).toHaveLength(10);
    expect(delays.slice(0, 1)).toEqual([0]);
    expect(Math.max(...delays)).toBeGreaterThan(20_000);
    expect(await row(id)).toMatchObject({ state: "poisoned" });
  });
});

describe("a worker that lost its task", () => {
  it("stops, and writes nothing any more", async () => {
    const { work, row, id, clock, table, target, events } = await world({}, { latencyMs: 20_000 });
    const working = work(id, { lifeMs: LIFE_MS });
    await clock.advance(12_000);
    const { partition, sort } = taskKey("run", id);
    const stored = await table.get({ partition, sort });
    if (stored === undefined || typeof stored.value !== "object") throw new Error("no task");
    const theirs = { ...stored.value, owner: "somebody else", epoch: 7 };
    await table.put(stored, theirs, "any");
    const requests = target.count();

    expect(await clock.run(working)).toEqual({ kind: "notOurs" });

    expect(await row(id)).toMatchObject({ owner: "somebody else", epoch: 7, state: "running" });
    expect(events.filter(({ type }) => type === "target.settled")).toEqual([]);
    expect(target.count()).toBeLessThan(requests + 10);
    expect(target.store.get("app")?.tags.size ?? 0).toBe(0);
  });
});

it("a task that was begun ten thousand times has failed", async () => {
  const { work1, row, id, table, target } = await world();
  const key = taskKey("run", id);
  const stored = await table.get(key);
  if (stored === undefined || typeof stored.value !== "object") throw new Error("no task");
  await table.put(key, { ...stored.value, epoch: 10_000 }, "any");
  expect(await work1()).toMatchObject({
    kind: "settled",
    results: [{ outcome: { kind: "failed", failure: { code: "HOPS_EXHAUSTED" } } }],
  });
  expect(await row(id)).toMatchObject({ state: "failed" });
  expect(target.count()).toBe(0);
});
