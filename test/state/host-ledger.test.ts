import { beforeEach, describe, expect, it } from "vitest";
import { createHostLedger, type HostLedger } from "../../lib/state/host-ledger.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { ManualClock } from "./manual-clock.ts";

const HOST = "registry.test:5000";
const DAY_MS = 86_400_000;

let clock: ManualClock;
let hosts: HostLedger;

beforeEach(() => {
  clock = new ManualClock();
  hosts = createHostLedger(createMemoryTable({ clock }), { clock });
});

async function restMs(): Promise<number | undefined> {
  const [state] = await hosts.read([HOST]);
  return state && state.backoffUntil - clock.now();
}

describe("HostLedger", () => {
  it("knows nothing of a host that nobody heard from", async () => {
    expect(await hosts.read([HOST, "other.test"])).toEqual([]);
  });

  it.each([
    { asked: [10_000], kept: 10_000 },
    { asked: [10_000, 60_000], kept: 60_000 },
    { asked: [60_000, 10_000], kept: 60_000 },
    { asked: [365 * DAY_MS], kept: DAY_MS },
  ])("keeps the latest end of pauses of $asked ms", async ({ asked, kept }) => {
    for (const pauseMs of asked) await hosts.backOff(HOST, pauseMs);
    expect(await restMs()).toBe(kept);
  });

  it("keeps the latest of pauses that many workers note at once", async () => {
    const pauses = Array.from({ length: 20 }, (_, index) => (index + 1) * 1000);
    await Promise.all(pauses.map((pauseMs) => hosts.backOff(HOST, pauseMs)));
    expect(await restMs()).toBe(20_000);
  });

  it("keeps a quota beside a pause", async () => {
    await hosts.backOff(HOST, 5000);
    clock.advance(1000);
    await hosts.noteQuota(HOST, { limit: 100, remaining: 3 });
    const [state] = await hosts.read(["other.test", HOST]);
    expect(state).toEqual({
      registry: HOST,
      backoffUntil: clock.now() + 4000,
      learntAt: clock.now(),
      limit: 100,
      remaining: 3,
    });
  });

  it("forgets what is long past", async () => {
    await hosts.backOff(HOST, 5000);
    clock.advance(DAY_MS);
    expect(await hosts.read([HOST])).toEqual([]);
  });
});
