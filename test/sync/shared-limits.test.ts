import { describe, expect, it } from "vitest";
import { noDeadline } from "../../lib/base/deadline.ts";
import { HostGate } from "../../lib/http/host-gate.ts";
import type { HttpRequest, Transport } from "../../lib/http/transport.ts";
import { createHostLedger } from "../../lib/state/host-ledger.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createSlotLedger } from "../../lib/state/slot-ledger.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { createSharedLimits } from "../../lib/sync/shared-limits.ts";
import { countingTable } from "../state/counting-table.ts";
import type { Quirks } from "../support/fake-registry/quirks.ts";
import { createFakeRegistry, type FakeRegistry, transportOf } from "../support/fake-registry.ts";
import { mortal } from "../support/mortal.ts";
import { randomImage } from "../support/random-image.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { createWorkerWorld, type WorkerWorld } from "../support/worker-world.ts";

const WORKERS = 20;
const LIFE_MS = 900_000;
/** Too short to wait for what a registry asks for. */
const SHORT_MS = 60_000;

interface World extends WorkerWorld {
  readonly clock: VirtualClock;
  readonly target: FakeRegistry;
  readonly ids: readonly string[];
  /** Most requests at once at the target, transfers of blobs left out. */
  readonly most: () => number;
  /** When requests to the target were sent, by the virtual clock. */
  readonly sentMs: readonly number[];
  /** Works on a task until it has ended. */
  workOn(id: string): Promise<void>;
}

interface WorldOptions {
  readonly concurrency: number;
  readonly tags?: number;
  readonly quirks?: Quirks;
  readonly wrap?: (table: StateTable) => StateTable;
}

async function world({ concurrency, tags = 1, quirks = {}, wrap }: WorldOptions): Promise<World> {
  const clock = new VirtualClock();
  const source = createFakeRegistry({ clock, latencyMs: 20 });
  const target = createFakeRegistry({ clock, latencyMs: 50, quirks });
  const names = Array.from({ length: tags }, (_, index) => `v${index}`);
  for (const tag of names) {
    source.seed("app", randomImage({ seed: tag, layers: [500, 700, 900] }), tag);
  }
  const transport = transportOf({ "http://source.test": source, "http://target.test": target });
  const seen = watched(transport, clock);
  const table = createMemoryTable({ clock });
  const made = createWorkerWorld({
    clock,
    transport: seen.transport,
    registries: ["source.test", "target.test"],
    sharedConcurrency: concurrency,
    table: wrap?.(table) ?? table,
  });
  const ids: string[] = [];
  for (const tag of names) {
    ids.push(
      await made.plan({ source: `source.test/app:${tag}`, targets: [`target.test/app:${tag}`] }),
    );
  }
  return {
    ...made,
    ...{ clock, target, ids, most: seen.most, sentMs: seen.sentMs },
    async workOn(id) {
      for (;;) {
        const end = await made.work(id, { lifeMs: LIFE_MS });
        if (end.kind !== "handOn") return;
        await clock.sleep(end.delayMs);
      }
    },
  };
}

/** Counts what is under way at the target; bodies that are streamed hold no place in the gate. */
function watched(inner: Transport, clock: VirtualClock) {
  let now = 0;
  let most = 0;
  const sentMs: number[] = [];
  const isCounted = ({ url, body }: HttpRequest): boolean =>
    url.host === "target.test" && (body === undefined || body instanceof Uint8Array);
  const transport: Transport = {
    close: () => inner.close(),
    async send(request) {
      if (request.url.host === "target.test") sentMs.push(clock.monotonicMs());
      if (!isCounted(request)) return inner.send(request);
      most = Math.max(most, ++now);
      try {
        return await inner.send(request);
      } finally {
        now--;
      }
    },
  };
  return { transport, most: () => most, sentMs };
}

async function statesOf({ ids, row }: World): Promise<readonly string[]> {
  return Promise.all(ids.map(async (id) => (await row(id)).state));
}

describe("limits that all workers share", () => {
  it.each([1, 3, 10])("let %i requests at once through, however many work", async (concurrency) => {
    const made = await world({ concurrency, tags: WORKERS });
    await made.clock.run(Promise.all(made.ids.map((id) => made.workOn(id))));
    expect(await statesOf(made)).toEqual(made.ids.map(() => "copied"));
    expect(made.most()).toBe(concurrency);
  });

  it("make a task wait that gets no part of them, at the cost of no claim", async () => {
    const made = await world({ concurrency: 1, tags: 2 });
    const [first = "", second = ""] = made.ids;
    const stuck = mortal({ atEffect: 12 });
    void made.work(first, { lifeMs: LIFE_MS, process: stuck });
    await made.clock.advance(1000);
    expect(stuck.isDead).toBe(true);
    const end = await made.clock.run(made.work(second, { lifeMs: LIFE_MS }));
    expect(end).toMatchObject({ kind: "handOn" });
    expect(end.kind === "handOn" && end.delayMs).toBeGreaterThanOrEqual(2000);
    expect(await made.row(second)).toMatchObject({ state: "waiting", claims: 0, failures: 0 });
    // What the dead one holds runs out.
    await made.clock.advance(120_000);
    await made.clock.run(Promise.all(made.ids.map((id) => made.workOn(id))));
    expect(await statesOf(made)).toEqual(["copied", "copied"]);
  });

  it("keep all others away for as long as one was asked to stay away", async () => {
    const throttle = { n: 1, retryAfter: "seconds", seconds: 120 } as const;
    const made = await world({ concurrency: 8, tags: 10, quirks: { throttle } });
    const [first = "", ...others] = made.ids;
    await made.clock.run(made.work(first, { lifeMs: SHORT_MS }));
    const heardMs = Math.max(...made.sentMs);
    const until = heardMs + 50 + 120_000;
    const before = made.sentMs.length;
    for (const id of others) {
      const end = await made.clock.run(made.work(id, { lifeMs: SHORT_MS }));
      expect(end).toMatchObject({ kind: "handOn" });
      expect(await made.row(id)).toMatchObject({ state: "waiting", claims: 0, failures: 0 });
    }
    expect(made.sentMs).toHaveLength(before);
    await made.clock.advance(until - made.clock.monotonicMs() + 1000);
    await made.clock.run(Promise.all(made.ids.map((id) => made.workOn(id))));
    expect(await statesOf(made)).toEqual(made.ids.map(() => "copied"));
    const early = made.sentMs.filter((at) => at > heardMs + 50 && at < until);
    expect(early).toEqual([]);
  });

  it("tell a worker that is at work of a pause that another heard of", async () => {
    const clock = new VirtualClock();
    const hosts = createHostLedger(createMemoryTable({ clock }), { clock });
    const gate = new HostGate({ clock });
    const limits = createSharedLimits({
      ...{ clock, random: seededRandom(1), hosts },
      slots: createSlotLedger(createMemoryTable({ clock }), {
        clock,
        random: seededRandom(1),
      }),
      host: () => ({ gate, bounds: {} }),
    });
    const { signal } = new AbortController();
    const entry = await limits.enter(["r.test"], { deadline: noDeadline, signal, patienceMs: 0 });
    await hosts.backOff("r.test", 3_600_000);
    expect(await gate.enter()).toBeTypeOf("function");
    await clock.advance(5000);
    await expect(gate.enter()).rejects.toMatchObject({ code: "HOST_PAUSED" });
    expect(entry.kind === "entered" && (await entry.leave())).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it("are read once by a process with many short tasks, unless it has heard something", async () => {
    const clock = new VirtualClock();
    const { table, calls } = countingTable(createMemoryTable({ clock }));
    const limits = createSharedLimits({
      ...{ clock, random: seededRandom(1), hosts: createHostLedger(table, { clock }) },
      slots: createSlotLedger(table, { clock, random: seededRandom(1) }),
      host: () => ({ gate: new HostGate({ clock }), bounds: {} }),
      alone: true,
    });
    const { signal } = new AbortController();
    const reads = async (...registries: string[]): Promise<number> => {
      calls.length = 0;
      const options = { deadline: noDeadline, signal, patienceMs: 0 };
      const entry = await limits.enter(registries, options);
      if (entry.kind === "entered") await entry.leave();
      return calls.filter((call) => call === "getMany").length;
    };
    expect(await reads("a.test", "b.test")).toBe(1);
    expect(await reads("b.test", "a.test")).toBe(0);
    expect(await reads("a.test", "c.test")).toBe(1);
    limits.throttled("b.test", 2000);
    expect(await reads("b.test")).toBe(1);
    await clock.advance(5000);
    expect(await reads("a.test", "b.test")).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it("cost a task few writes of the table", async () => {
    let calls: readonly string[] = [];
    const wrap = (table: StateTable): StateTable => {
      const counted = countingTable(table);
      calls = counted.calls;
      return counted.table;
    };
    const made = await world({ concurrency: 8, wrap });
    const before = calls.length;
    await made.clock.run(made.workOn(made.ids[0] ?? ""));
    // Two slots at each of two registries are all that a task gives back.
    expect(calls.slice(before).filter((call) => call === "delete")).toHaveLength(4);
  });
});
