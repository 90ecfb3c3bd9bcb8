import { beforeEach, describe, expect, it } from "vitest";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createSlotLedger, type Slot, type SlotLedger } from "../../lib/state/slot-ledger.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { countingTable } from "./counting-table.ts";
import { losingAnswers } from "./lost-answers.ts";
import { ManualClock } from "./manual-clock.ts";

const LEASE_MS = 1000;
const HOST = "registry.test";

let clock: ManualClock;
let table: StateTable;
let ledger: SlotLedger;

beforeEach(() => {
  clock = new ManualClock();
  table = createMemoryTable({ clock });
  ledger = slotsOver(table);
});

function slotsOver(over: StateTable): SlotLedger {
  return createSlotLedger(over, { clock, random: seededRandom(1) });
}

function take(owner: string, slots: number, most = 4): Promise<readonly Slot[]> {
  return ledger.take(HOST, { owner, leaseMs: LEASE_MS, slots, most });
}

function indexes(slots: readonly Slot[]): number[] {
  return slots.map(({ index }) => index);
}

describe("SlotLedger", () => {
  it("gives each slot to one of many that come at once, and no more than there are", async () => {
    const owners = Array.from({ length: 20 }, (_, number) => `w${number}`);
    const taken = await Promise.all(owners.map((owner) => take(owner, 6)));
    const all = taken.flatMap(indexes);
    expect(all.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await ledger.take("other.test", wish("w", 1))).toHaveLength(1);
  });

  it("leaves some for those who come later", async () => {
    const counts: number[] = [];
    for (let worker = 0; worker < 6; worker++) {
      counts.push((await take(`w${worker}`, 16)).length);
    }
    expect(counts).toEqual([4, 3, 2, 1, 1, 1]);
  });

  it("gives again what was given back or has run out", async () => {
    const [slot] = await take("a", 1);
    expect(await take("b", 1)).toEqual([]);
    await ledger.release(slot ? [slot] : []);
    expect(await take("b", 1)).toHaveLength(1);
    clock.advance(LEASE_MS);
    expect(await take("c", 1)).toHaveLength(1);
  });

  it("is kept by renewing, and lost with a slot that somebody else has", async () => {
    const held = [...(await take("a", 2)), ...(await take("a", 2))];
    expect(held).toHaveLength(2);
    clock.advance(LEASE_MS - 1);
    const renewed = await ledger.renew(held);
    clock.advance(LEASE_MS - 1);
    expect(await take("b", 2)).toEqual([]);
    clock.advance(1);
    expect(await take("b", 2)).toHaveLength(1);
    expect(await ledger.renew(renewed ?? [])).toBeUndefined();
  });

  it("leaves a slot alone that somebody took over", async () => {
    const held = await take("a", 1);
    clock.advance(LEASE_MS);
    const taken = await take("b", 1);
    await ledger.release(held);
    expect(await ledger.renew(taken)).toHaveLength(1);
  });

  it("knows its own write whose answer was lost", async () => {
    ledger = slotsOver(losingAnswers(table));
    const held = await take("a", 8);
    expect(held).toHaveLength(2);
    expect(await ledger.renew(held)).toHaveLength(2);
  });

  it("costs one read, and a write for each slot taken and given back", async () => {
    const counted = countingTable(table);
    ledger = slotsOver(counted.table);
    await ledger.release(await take("a", 8));
    expect(counted.calls).toEqual(["query", "put", "put", "delete", "delete"]);
  });
});

function wish(owner: string, slots: number) {
  return { owner, leaseMs: LEASE_MS, slots, most: 4 };
}
