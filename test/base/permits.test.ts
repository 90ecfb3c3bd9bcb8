import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Permits } from "../../lib/base/permits.ts";

describe("Permits", () => {
  it("lets in as many as fit and the others in order of arrival", async () => {
    const permits = new Permits(2);
    const order: number[] = [];
    const releases = [await permits.acquire(), await permits.acquire()];
    const waiting = [1, 2].map((id) => permits.acquire().then(() => order.push(id)));
    await turn();
    expect({ order, used: permits.used, queued: permits.queued }).toEqual({
      order: [],
      used: 2,
      queued: 2,
    });
    releases[0]?.();
    await turn();
    expect(order).toEqual([1]);
    releases[1]?.();
    await Promise.all(waiting);
    expect(order).toEqual([1, 2]);
  });

  it("takes a second release of the same permit for none", async () => {
    const permits = new Permits(2);
    const release = await permits.acquire();
    await permits.acquire();
    release();
    release();
    expect(permits.used).toBe(1);
  });

  it("grants more than the capacity alone, and never lets small ones overtake it", async () => {
    const permits = new Permits(10);
    const small = await permits.acquire(4);
    const order: string[] = [];
    const big = permits.acquire(100).then((release) => {
      order.push("big");
      return release;
    });
    const late = permits.acquire(1).then(() => order.push("late"));
    small();
    (await big)();
    await late;
    expect(order).toEqual(["big", "late"]);
  });

  it("forgets a waiter whose signal aborts", async () => {
    const permits = new Permits(1);
    const release = await permits.acquire();
    const stop = new AbortController();
    const waiting = permits.acquire(1, stop.signal);
    stop.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    release();
    expect({ used: permits.used, queued: permits.queued }).toEqual({ used: 0, queued: 0 });
    await expect(permits.acquire(1, stop.signal)).rejects.toThrow("enough");
  });

  it("wakes waiters when it grows, and gives the permit back after a failure", async () => {
    const permits = new Permits(1);
    await permits.acquire();
    const failing = permits.with(async () => {
      throw new Error("broken");
    });
    permits.resize(2);
    await expect(failing).rejects.toThrow("broken");
    expect(permits.used).toBe(1);
  });
});
