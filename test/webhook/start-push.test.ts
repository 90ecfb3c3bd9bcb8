import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Digest } from "../../lib/oci/digest.ts";
import { createListingLedger } from "../../lib/state/listing-ledger.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createPushLedger } from "../../lib/state/push-ledger.ts";
import { createRunLedger } from "../../lib/state/run-ledger.ts";
import type { PushWork } from "../../lib/webhook/push-work.ts";
import { createPushStarter, type PushRun } from "../../lib/webhook/start-push.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { policyOf } from "../support/sync-world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const PACE_MS = 5_000;
const digest = (digit: string): Digest => `sha256:${digit.repeat(64)}`;

const SETTLE_MS = 2_000;
const POLICY = policyOf("s.test/app:v1", "t.test/app");
const WORK: PushWork = { name: "w", policies: [POLICY], pushed: [] };
const withDigest = (digit: string): PushWork => ({
  ...WORK,
  digest: digest(digit),
  pushed: [{ tag: "v1", digest: digest(digit) }],
});

/** A table with runs, and orchestrators that begin to list `latencyMs` after they are launched. */
function world(latencyMs = 50) {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const table = createMemoryTable({ clock });
  const runs = createRunLedger(table, { clock, random });
  const listings = createListingLedger(table, { clock, random });
  const starts: PushRun[] = [];
  /** By run: when its listing began, in steps of what happened. */
  const begun = new Map<string, number>();
  let steps = 0;
  let fault: Error | undefined;
  const claim = async (runId: string): Promise<void> => {
    const claimed = await listings.claim(runId, { owner: "o", leaseMs: 60_000 });
    if (claimed !== undefined && !begun.has(runId)) begun.set(runId, steps++);
  };
  const start = async (run: PushRun): Promise<void> => {
    if (fault !== undefined) throw fault;
    const { runId: id, trigger, delayMs } = run;
    await runs.create({ id, trigger, startedAt: clock.now(), policies: 1 });
    starts.push(run);
    clock.schedule(delayMs + latencyMs, () => void claim(id));
  };
  const process = () =>
    createPushStarter({ pushes: createPushLedger(table, { clock }), runs, start, clock, random });
  return {
    ...{ clock, runs, starts, begun, process },
    step: () => steps++,
    fail: (error: Error | undefined) => {
      fault = error;
    },
    ids: () => new Set(starts.map(({ runId }) => runId)).size,
  };
}

describe("createPushStarter", () => {
  it("starts the first push's run at once, which waits for what was pushed", async () => {
    const { process, starts } = world();
    const runId = await process()(withDigest("a"), "delivery-1");
    expect(runId).toMatch(/^webhook-[0-9a-f]{20}$/);
    const policies = [{ ...POLICY, pushed: [{ tag: "v1", digest: digest("a") }] }];
    expect(starts).toEqual([{ runId, trigger: "webhook", policies, delayMs: 0 }]);
  });

  it("gives the same delivery the same run, in any process", async () => {
    const { process, ids } = world();
    const first = await process()(withDigest("a"), "delivery-1");
    expect(await process()(withDigest("a"), "delivery-1")).toBe(first);
    expect(ids()).toBe(1);
  });

  it("starts another, paced, which the next ones join, and which waits for none of them", async () => {
    const { process, clock, starts, begun } = world();
    const push = process();
    const first = await push(withDigest("a"), "1");
    await clock.advance(1_000);
    const second = await push(withDigest("b"), "2");
    expect(second).not.toBe(first);
    const delayMs = PACE_MS - 1_000 + SETTLE_MS;
    expect(starts.at(-1)).toMatchObject({ runId: second, policies: [POLICY], delayMs });
    expect(starts.at(-1)?.policies).toEqual(WORK.policies);
    await clock.advance(3_000);
    expect(await push(withDigest("c"), "3")).toBe(second);
    expect([...begun.keys()]).toEqual([first]);
    await clock.advance(3_100);
    expect([...begun.keys()]).toEqual([first, second]);
  });

  it("lets no push join a run that may read the tag before it is set", async () => {
    const { process, clock, begun } = world();
    const push = process();
    const first = await push(withDigest("a"), "1");
    const second = await push(withDigest("b"), "2");
    expect(second).not.toBe(first);
    await clock.advance(PACE_MS);
    expect(begun.has(second)).toBe(false);
    expect(await push(withDigest("c"), "3")).not.toBe(second);
  });

  it("starts the next at once when the last was long ago", async () => {
    const { process, clock, starts } = world();
    const push = process();
    await push(WORK, "1");
    await clock.advance(PACE_MS);
    await push(WORK, "2");
    expect(starts.map(({ delayMs }) => delayMs)).toEqual([0, 0]);
  });

  it("takes another message about the same digest for the same push, for a while", async () => {
    const { process, clock, ids } = world();
    const push = process();
    const first = await push(withDigest("a"), "package");
    await clock.advance(1_000);
    expect(await push(withDigest("a"), "registry_package")).toBe(first);
    await clock.advance(PACE_MS);
    expect(await push(withDigest("a"), "later")).not.toBe(first);
    expect(ids()).toBe(2);
  });

  it("does not take the return of a digest for a repetition", async () => {
    const { process, clock } = world();
    const push = process();
    const first = await push(withDigest("a"), "1");
    const second = await push(withDigest("b"), "2");
    await clock.advance(100);
    expect(await push(withDigest("a"), "3")).toBe(second);
    expect(second).not.toBe(first);
  });

  it("takes an unknown digest for a push of its own", async () => {
    const { process, clock } = world();
    const push = process();
    const first = await push(WORK, "1");
    await clock.advance(100);
    expect(await push(WORK, "2")).not.toBe(first);
  });

  it("does not join a run that was stopped before it began", async () => {
    const { process, runs, starts } = world(10_000);
    const push = process();
    const first = await push(WORK, "1");
    await runs.interrupt(first, {});
    expect(await push(WORK, "2")).not.toBe(first);
    expect(starts).toHaveLength(2);
  });

  it("starts what a process that died has left", async () => {
    const { process, fail, ids, clock } = world();
    fail(new Error("killed"));
    await expect(process()(withDigest("a"), "1")).rejects.toThrow("killed");
    expect(ids()).toBe(0);
    fail(undefined);
    await clock.advance(60_000);
    await process()(withDigest("a"), "1");
    expect(ids()).toBe(1);
  });

  it("makes few runs of a thousand pushes at once, and at least one sees the last", async () => {
    const { process, clock, starts, begun, step } = world();
    const processes = Array.from({ length: 4 }, process);
    const sent: Promise<string>[] = [];
    let last = 0;
    for (let index = 0; index < 1_000; index++) {
      last = step();
      const push = processes[index % 4]!;
      sent.push(push({ ...WORK, digest: digest((index % 16).toString(16)) }, `d${index}`));
      if (index % 100 === 99) await clock.advance(100);
    }
    const runs = new Set(await Promise.all(sent));
    await clock.advance(PACE_MS + SETTLE_MS + 100);
    expect(runs.size).toBeLessThanOrEqual(2);
    expect(new Set(starts.map(({ runId }) => runId)).size).toBeLessThanOrEqual(2);
    expect(Math.max(...begun.values())).toBeGreaterThan(last);
  });

  it("never loses a push, whenever pushes and listings come", async () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 1, maxLength: 12 });
    const property = fc.asyncProperty(
      pauses,
      fc.integer({ min: 1, max: 9_000 }),
      async (all, ms) => {
        const { process, clock, begun, step, ids } = world(ms);
        const push = process();
        const sent: { readonly at: number; readonly runId: Promise<string> }[] = [];
        for (const [index, pause] of all.entries()) {
          await clock.advance(pause);
          sent.push({ at: step(), runId: push(WORK, `d${index}`) });
        }
        await clock.advance(60_000);
        for (const { at, runId } of sent) {
          expect(begun.get(await runId)).toBeGreaterThan(at);
        }
        const spanMs = all.reduce((sum, pause) => sum + pause, 0);
        expect(ids()).toBeLessThanOrEqual(2 + spanMs / PACE_MS);
      },
    );
    await fc.assert(property, { numRuns: 100 });
  });
});
