import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Clock } from "../../lib/base/clock.ts";
import { digestOf } from "../../lib/oci/digest.ts";
import { createLockLedger, type Lock } from "../../lib/state/lock-ledger.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import type { Claim } from "../../lib/state/task-ledger.ts";
import { createTaskLedger } from "../../lib/state/task-ledger.ts";
import { createUploadLedger, type UploadLease } from "../../lib/state/upload-ledger.ts";
import { createWatermarks, type TagLease } from "../../lib/state/watermarks.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { PropertyRuns } from "./property-runs.ts";

const RUNS = 3000;
const LEASE_MS = 10_000;
const NAME = { registry: "target.test", repository: "app" };
const DIGEST = digestOf(Buffer.from("blob"));
const WORKERS = [0, 1, 2] as const;

/** One thing that happens: somebody takes the lease, prolongs it or gives it back, or time passes. */
const step = fc.oneof(
  fc.record({
    kind: fc.constantFrom("take", "renew", "release"),
    worker: fc.constantFrom(...WORKERS),
  }),
  fc.record({ kind: fc.constant("wait"), milliseconds: fc.integer({ min: 1, max: 15_000 }) }),
);

/** A lease of any kind, as the model sees it. */
interface Leasing<L> {
  take(owner: string): Promise<L | undefined>;
  renew(lease: L): Promise<L | undefined>;
  /** @returns whether the lease was still the taker's; left out: that is not told. */
  release(lease: L): Promise<boolean | undefined>;
}

/** Who holds it, and until when; past that time he still does, until somebody takes it. */
interface Model {
  holder: number | undefined;
  untilMs: number;
}

function timeKeeper(): { readonly clock: Clock; pass(milliseconds: number): void } {
  let nowMs = 1_000_000;
  return {
    pass: (milliseconds) => {
      nowMs += milliseconds;
    },
    clock: {
      now: () => nowMs,
      monotonicMs: () => nowMs,
      cpuMs: () => 0,
      sleep: async () => undefined,
      schedule: () => () => undefined,
    },
  };
}

async function follows<L>(
  steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
  open: (clock: Clock) => Leasing<L>,
): Promise<void> {
  const { clock, pass } = timeKeeper();
  const leasing = open(clock);
  const held = new Map<number, L>();
  const model: Model = { holder: undefined, untilMs: 0 };
  for (const one of steps) {
    if (one.kind === "wait") pass(one.milliseconds);
    else if (one.kind === "take") await takes(one.worker);
    else await changes(one.worker, one.kind);
  }

  async function takes(worker: number): Promise<void> {
    if (held.has(worker)) return;
    const isFree = model.holder === undefined || model.untilMs <= clock.now();
    const lease = await leasing.take(`worker ${worker}`);
    expect(lease !== undefined).toBe(isFree);
    if (lease === undefined) return;
    held.set(worker, lease);
    Object.assign(model, { holder: worker, untilMs: clock.now() + LEASE_MS });
  }

  async function changes(worker: number, kind: "renew" | "release"): Promise<void> {
    const lease = held.get(worker);
    if (lease === undefined) return;
    const isHolder = model.holder === worker;
    if (kind === "renew") {
      const renewed = await leasing.renew(lease);
      expect(renewed !== undefined).toBe(isHolder);
      if (renewed === undefined) held.delete(worker);
      else held.set(worker, renewed);
      if (isHolder) model.untilMs = clock.now() + LEASE_MS;
      return;
    }
    held.delete(worker);
    const wasHolder = await leasing.release(lease);
    expect(wasHolder ?? isHolder).toBe(isHolder);
    if (isHolder) model.holder = undefined;
  }
}

function tasks(clock: Clock): Leasing<Claim> {
  const ledger = createTaskLedger(createMemoryTable({ clock }), { clock, random: seededRandom(1) });
  const planned = ledger.plan("run", "task", {});
  return {
    async take(owner) {
      await planned;
      return ledger.claim("run", "task", { owner, leaseMs: LEASE_MS });
    },
    // Progress each time: a task that is claimed in vain again and again is set aside.
    renew: (claim) => ledger.renew(claim, { progressed: true }),
    release: (claim) => ledger.settle(claim, "suspended", null, { progressed: true }),
  };
}

function uploads(clock: Clock): Leasing<UploadLease> {
  const ledger = createUploadLedger(createMemoryTable({ clock }), { clock });
  return {
    async take(owner) {
      const answer = await ledger.acquire(NAME, DIGEST, { owner, leaseMs: LEASE_MS });
      return answer.kind === "taken" ? answer.lease : undefined;
    },
    renew: (lease) => ledger.renew(lease),
    release: async (lease) => {
      await ledger.release(lease);
      return undefined;
    },
  };
}

function tags(clock: Clock): Leasing<TagLease> {
  const watermarks = createWatermarks(createMemoryTable({ clock }), clock);
  const route = { source: { ...NAME, registry: "source.test" }, target: NAME, tag: "latest" };
  return {
    take: (owner) => watermarks.take(route, { owner, leaseMs: LEASE_MS }),
    renew: (lease) => watermarks.renew(lease),
    release: async (lease) => (await watermarks.release(lease, true)) !== undefined,
  };
}

function locks(clock: Clock): Leasing<Lock> {
  const ledger = createLockLedger(createMemoryTable({ clock }), { clock });
  return {
    take: (owner) => ledger.take(NAME, "list", { owner, leaseMs: LEASE_MS }),
    renew: (lock) => ledger.renew(lock),
    release: async (lock) => {
      await ledger.release(lock);
      return undefined;
    },
  };
}

describe("a lease has one holder, who keeps it until another takes it", {
  timeout: 180_000,
}, () => {
  const properties = new PropertyRuns();
  const steps = fc.array(step, { maxLength: 25 });

  it("of a task", () =>
    properties.holdsInTime(
      fc.asyncProperty(steps, (given) => follows(given, tasks)),
      RUNS,
    ));

  it("of an upload", () =>
    properties.holdsInTime(
      fc.asyncProperty(steps, (given) => follows(given, uploads)),
      RUNS,
    ));

  it("of a tag", () =>
    properties.holdsInTime(
      fc.asyncProperty(steps, (given) => follows(given, tags)),
      RUNS,
    ));

  it("of a lock", () =>
    properties.holdsInTime(
      fc.asyncProperty(steps, (given) => follows(given, locks)),
      RUNS,
    ));

  it("were tried often", ({ task }) => {
    expect(properties.tell("leases", task)).toBe(12_000);
  });
});
