import { beforeEach, describe, expect, it } from "vitest";
import { systemRandom } from "../../lib/base/random.ts";
import type { ListingClaim } from "../../lib/state/listing-claim.ts";
import { createListingLedger, type ListingLedger } from "../../lib/state/listing-ledger.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createRunLedger, type RunLedger } from "../../lib/state/run-ledger.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { losingAnswers } from "./lost-answers.ts";
import { ManualClock } from "./manual-clock.ts";

const LEASE_MS = 90_000;
const RECORD = { cursor: { page: 2 }, listed: { unchanged: 7 } };

let clock: ManualClock;
let table: StateTable;
let runs: RunLedger;
let listings: ListingLedger;

async function claim(owner = "us"): Promise<ListingClaim> {
  const claimed = await listings.claim("r1", { owner, leaseMs: LEASE_MS });
  if (claimed === undefined) throw new Error("the listing is held");
  return claimed;
}

beforeEach(async () => {
  clock = new ManualClock();
  table = createMemoryTable({ clock });
  runs = createRunLedger(table, { clock, random: systemRandom });
  listings = createListingLedger(table, { clock, random: systemRandom });
  await runs.create({ id: "r1", trigger: "timer", startedAt: clock.now(), policies: 3 });
});

describe("ListingLedger", () => {
  it("gives the listing to one at a time", async () => {
    const first = await claim();
    expect(first).toMatchObject({ epoch: 1, fruitless: 0, takenOver: false });
    expect(first.record).toBeUndefined();
    expect(await listings.claim("r1", { owner: "others", leaseMs: 1 })).toBeUndefined();
    expect(await runs.get("r1")).toMatchObject({ listing: { until: clock.now() + LEASE_MS } });
  });

  it("hands on what was saved to whoever goes on", async () => {
    const first = await claim();
    expect(await first.release(RECORD, { delayMs: 5000, progressed: true })).toBe(true);
    expect((await runs.get("r1"))?.listing).toMatchObject({
      until: undefined,
      fruitless: 0,
      freeAt: clock.now() + 5000,
    });
    const second = await claim();
    expect(second).toMatchObject({ epoch: 2, takenOver: false, record: RECORD });
  });

  it("is prolonged by renewals and saves, and taken over when it runs out", async () => {
    const first = await claim();
    clock.advance(LEASE_MS - 1);
    expect(await first.renew()).toBe(true);
    clock.advance(LEASE_MS - 1);
    expect(await first.save(RECORD)).toBe(true);
    clock.advance(LEASE_MS - 1);
    expect(await listings.claim("r1", { owner: "others", leaseMs: 1 })).toBeUndefined();
    clock.advance(1);
    const second = await claim("others");
    expect(second).toMatchObject({ epoch: 2, takenOver: true, record: RECORD });
  });

  it("refuses every write of whoever lost it", async () => {
    const first = await claim();
    clock.advance(LEASE_MS);
    const second = await claim("others");
    await second.save(RECORD);
    const late = { cursor: "late", listed: "late" };

    expect(await first.renew()).toBe(false);
    expect(await first.save(late)).toBe(false);
    expect(await first.release(late, { delayMs: 0, progressed: true })).toBe(false);
    expect(await first.complete("late")).toBe(false);

    expect(await runs.get("r1")).toMatchObject({ ...RECORD, enumerated: false });
    expect(await second.renew()).toBe(true);
  });

  it("keeps what is held past the end of its lease, as long as nobody comes", async () => {
    const first = await claim();
    clock.advance(10 * LEASE_MS);
    expect(await first.save(RECORD)).toBe(true);
  });

  it("counts claims until the listing gets on", async () => {
    await (await claim()).release(RECORD, { delayMs: 0, progressed: false });
    await claim();
    clock.advance(LEASE_MS);
    const third = await claim();
    expect(third.fruitless).toBe(2);
    await third.save(RECORD);
    await third.release(RECORD, { delayMs: 0, progressed: false });
    expect((await claim()).fruitless).toBe(0);
  });

  it("is over once the run is listed or has ended", async () => {
    const first = await claim();
    expect(await first.complete({ unchanged: 9 })).toBe(true);
    expect(await runs.get("r1")).toMatchObject({
      enumerated: true,
      cursor: undefined,
      listed: { unchanged: 9 },
    });
    expect(await listings.claim("r1", { owner: "us", leaseMs: 1 })).toBeUndefined();

    await runs.create({ id: "r2", trigger: "cli", startedAt: clock.now(), policies: 1 });
    await runs.interrupt("r2", {});
    expect(await listings.claim("r2", { owner: "us", leaseMs: 1 })).toBeUndefined();
  });

  it("takes its own writes for successes when the answers to them got lost", async () => {
    const lossy = createListingLedger(losingAnswers(table), { clock, random: systemRandom });
    const first = await lossy.claim("r1", { owner: "us", leaseMs: LEASE_MS });
    expect(first).toMatchObject({ epoch: 1 });
    clock.advance(1);
    expect(await first?.save(RECORD)).toBe(true);
    clock.advance(1);
    expect(await first?.renew()).toBe(true);
    expect(await first?.complete({})).toBe(true);
  });

  it("leaves the rest of the run alone", async () => {
    const first = await claim();
    await runs.interrupt("r1", { left: 3 });
    expect(await first.save(RECORD)).toBe(true);
    expect(await runs.get("r1")).toMatchObject({ state: "interrupted", summary: { left: 3 } });
  });

  it("names a run that is not there", async () => {
    await expect(listings.claim("r9", { owner: "us", leaseMs: 1 })).rejects.toMatchObject({
      code: "RUN_UNKNOWN",
    });
  });

  it("is fenced off by a cancel, and can be gone on with once the run is open again", async () => {
    const first = await claim();
    await first.save(RECORD);
    clock.advance(1);
    const cancelledAt = clock.now();
    expect(await runs.cancel("r1")).toMatchObject({ cancelledAt, listing: { epoch: 2 } });
    expect(await first.renew()).toBe(false);
    expect(await first.complete({})).toBe(false);
    expect(await listings.claim("r1", { owner: "us", leaseMs: 1 })).toBeUndefined();
    await runs.reopen("r1");
    // The first may have done more than it saved.
    expect(await claim()).toMatchObject({ epoch: 3, takenOver: true, record: RECORD });
  });
});
