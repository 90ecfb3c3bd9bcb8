import { describe, expect, it } from "vitest";
import { type HoldOptions, holdLease } from "../../lib/state/hold-lease.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const LEASE_MS = 30_000;

type Renewal = () => Promise<number | undefined>;

function hold(renew: Renewal, options: Partial<HoldOptions<number>> = {}) {
  const clock = new VirtualClock();
  let renewals = 0;
  const held = holdLease(0, {
    clock,
    leaseMs: LEASE_MS,
    sinceMs: clock.monotonicMs(),
    renew: () => {
      renewals++;
      return renew();
    },
    ...options,
  });
  return { clock, held, renewals: () => renewals };
}

describe("holdLease", () => {
  it("renews three times in the length of a lease, and gives what it was renewed to", async () => {
    let version = 0;
    const { clock, held, renewals } = hold(async () => ++version);
    await clock.advance(LEASE_MS);
    expect(renewals()).toBe(3);
    expect(held.current()).toBe(3);
    expect(held.leftMs()).toBe(LEASE_MS);
    await clock.advance(LEASE_MS / 6);
    expect(held.leftMs()).toBe((LEASE_MS * 5) / 6);
    expect(held.signal.aborted).toBe(false);
  });

  it("aborts when the lease is lost, and leaves it at that", async () => {
    const { clock, held, renewals } = hold(async () => undefined);
    await clock.advance(LEASE_MS);
    expect(held.signal.reason).toMatchObject({ code: "LEASE_LOST", remedy: "retry" });
    expect(renewals()).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it("tries again when a renewal fails", async () => {
    let failures = 2;
    const { clock, held } = hold(async () => {
      if (failures-- > 0) throw new Error("the table is away");
      return 1;
    });
    await clock.advance(LEASE_MS);
    expect(held.current()).toBe(1);
    expect(held.signal.aborted).toBe(false);
  });

  it("trusts a lease it cannot renew to its end less the margin, where there is one", async () => {
    const away = () => Promise.reject(new Error("the table is away"));
    const strict = hold(away, { marginMs: 5000 });
    expect(strict.held.leftMs()).toBe(LEASE_MS - 5000);
    await strict.clock.advance(LEASE_MS - 5001);
    expect(strict.held.signal.aborted).toBe(false);
    await strict.clock.advance(1);
    expect(strict.held.signal.aborted).toBe(true);
    const lenient = hold(away);
    await lenient.clock.advance(10 * LEASE_MS);
    expect(lenient.held.signal.aborted).toBe(false);
    await lenient.held.stop();
  });

  it("counts from before the lease was asked for", async () => {
    const { held } = hold(async () => 1, { sinceMs: -4000 });
    expect(held.leftMs()).toBe(LEASE_MS - 4000);
  });

  it("goes on from what another write of its holder left", async () => {
    const seen: number[] = [];
    const { clock, held } = hold(async () => 9, {
      renew: async (lease) => {
        seen.push(lease);
        return lease;
      },
    });
    held.update(7);
    await clock.advance(LEASE_MS / 3);
    expect(seen).toEqual([7]);
  });

  it("waits for a renewal under way when it stops, and sets no timer any more", async () => {
    const clock = new VirtualClock();
    const held = holdLease("first", {
      clock,
      leaseMs: LEASE_MS,
      sinceMs: 0,
      marginMs: 5000,
      renew: async () => {
        await clock.sleep(1000);
        return "second";
      },
    });
    await clock.advance(LEASE_MS / 3);
    const stopped = held.stop();
    await clock.advance(1000);
    await stopped;
    expect(held.current()).toBe("second");
    expect(clock.pending).toBe(0);
  });
});
