import { beforeEach, describe, expect, it } from "vitest";
import { createLockLedger, type Lock, type LockLedger } from "../../lib/state/lock-ledger.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { losingAnswers } from "./lost-answers.ts";
import { ManualClock } from "./manual-clock.ts";

const LEASE_MS = 1000;
const NAME = { registry: "localhost:5000", repository: "team/app" };

let clock: ManualClock;
let table: StateTable;
let locks: LockLedger;

beforeEach(() => {
  clock = new ManualClock();
  table = createMemoryTable({ clock });
  locks = createLockLedger(table, { clock });
});

function tryTake(owner: string, what = "list"): Promise<Lock | undefined> {
  return locks.take(NAME, what, { owner, leaseMs: LEASE_MS });
}

async function take(owner: string): Promise<Lock> {
  const lock = await tryTake(owner);
  if (lock === undefined) throw new Error("the lock is taken");
  return lock;
}

describe("LockLedger", () => {
  it("gives a lock to one of many, and other things' locks to others", async () => {
    const owners = Array.from({ length: 20 }, (_, number) => `w${number}`);
    const taken = await Promise.all(owners.map((owner) => tryTake(owner)));
    expect(taken.filter((lock) => lock !== undefined)).toHaveLength(1);
    expect(await tryTake("other", "another list")).toBeDefined();
    const elsewhere = { ...NAME, repository: "team/b" };
    expect(await locks.take(elsewhere, "list", { owner: "w", leaseMs: 1 })).toBeDefined();
  });

  it("waits for no lock of an owner that is gone", async () => {
    const gone = new Set<string>();
    locks = createLockLedger(table, { clock, isGone: (owner) => gone.has(owner) });
    const dead = await take("dead");
    expect(await tryTake("next")).toBeUndefined();
    gone.add("dead");
    expect(await tryTake("next")).toBeDefined();
    expect(await locks.renew(dead)).toBeUndefined();
  });

  it("leaves nothing behind when it is given back", async () => {
    const lock = await take("w");
    await locks.release(lock);
    expect(await table.get(lock.row)).toBeUndefined();
    expect(await tryTake("next")).toBeDefined();
  });

  it("goes to another at its end; the first can neither renew it nor give it back", async () => {
    const old = await take("old");
    clock.advance(LEASE_MS - 1);
    expect(await tryTake("new")).toBeUndefined();
    clock.advance(1);
    const taken = await take("new");
    expect(await locks.renew(old)).toBeUndefined();
    await locks.release(old);
    expect(await tryTake("third")).toBeUndefined();
    expect(await locks.renew(taken)).toBeDefined();
  });

  it("lasts as long as it is renewed", async () => {
    const lock = await take("w");
    clock.advance(LEASE_MS - 1);
    expect(await locks.renew(lock)).toBeDefined();
    clock.advance(LEASE_MS - 1);
    expect(await tryTake("other")).toBeUndefined();
  });

  it("takes its own writes for successes when the answers to them got lost", async () => {
    locks = createLockLedger(losingAnswers(table), { clock });
    const lock = await take("w");
    const renewed = await locks.renew(lock);
    expect(renewed).toBeDefined();
    await locks.release(renewed ?? lock);
    expect(await tryTake("next")).toBeDefined();
  });
});
