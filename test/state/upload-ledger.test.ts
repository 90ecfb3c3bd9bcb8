import { beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "../../lib/oci/digest.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import {
  createUploadLedger,
  type UploadLease,
  type UploadLedger,
} from "../../lib/state/upload-ledger.ts";
import { losingAnswers } from "./lost-answers.ts";
import { ManualClock } from "./manual-clock.ts";

const LEASE_MS = 1000;
const DAY_MS = 86_400_000;
const DIGEST = digestOf(Buffer.from("x"));

let clock: ManualClock;
let table: StateTable;
let ledger: UploadLedger;

beforeEach(() => {
  clock = new ManualClock();
  table = createMemoryTable({ clock });
  ledger = createUploadLedger(table, { clock });
});

function tryAcquire(owner: string, from = ledger): Promise<UploadLease | undefined> {
  return from.acquire("localhost:5000", "team/app", DIGEST, { owner, leaseMs: LEASE_MS });
}

async function acquire(owner: string, from = ledger): Promise<UploadLease> {
  const lease = await tryAcquire(owner, from);
  if (lease === undefined) throw new Error("the upload could not be acquired");
  return lease;
}

function progressAt(offset: number) {
  const location = "/v2/team/app/blobs/uploads/1?_state=CANARY";
  return { location, offset, hashState: "c3RhdGU=", startedAt: clock.now() };
}

describe("UploadLedger", () => {
  it("lets one worker at a time upload a blob to a repository", async () => {
    const owners = Array.from({ length: 20 }, (_, number) => `w${number}`);
    const leases = await Promise.all(owners.map((owner) => tryAcquire(owner)));
    expect(leases.filter((lease) => lease !== undefined).length).toBe(1);
    const other = { owner: "other", leaseMs: LEASE_MS };
    expect(await ledger.acquire("localhost:5000", "team/b", DIGEST, other)).toBeDefined();
    expect(await ledger.acquire("localhost:5001", "team/app", DIGEST, other)).toBeDefined();
  });

  it("hands the progress to the next worker when the lease is given back", async () => {
    const first = await acquire("first");
    expect(first.progress).toBeUndefined();
    expect(await ledger.save(first, progressAt(4096))).toBe(true);
    expect(await tryAcquire("second")).toBeUndefined();
    expect(await ledger.release(first)).toBe(true);
    expect((await acquire("second")).progress).toEqual(progressAt(4096));
  });

  it("hands it over when the lease ends, and fences the old worker off", async () => {
    const old = await acquire("old");
    await ledger.save(old, progressAt(1));
    clock.advance(LEASE_MS - 1);
    expect(await tryAcquire("new")).toBeUndefined();
    clock.advance(1);
    const taken = await acquire("new");
    expect(taken).toMatchObject({ epoch: old.epoch + 1, progress: { offset: 1 } });
    await ledger.save(taken, progressAt(2));
    expect(await ledger.save(old, progressAt(99))).toBe(false);
    expect(await ledger.renew(old)).toBe(false);
    expect(await ledger.finish(old)).toBe(false);
    expect(await ledger.release(old)).toBe(false);
    await ledger.release(taken);
    expect((await acquire("third")).progress?.offset).toBe(2);
  });

  it("prolongs the lease by renewing and by saving", async () => {
    const lease = await acquire("w");
    clock.advance(LEASE_MS - 1);
    expect(await ledger.renew(lease)).toBe(true);
    clock.advance(LEASE_MS - 1);
    expect(await ledger.save(lease, progressAt(1))).toBe(true);
    clock.advance(LEASE_MS - 1);
    expect(await tryAcquire("other")).toBeUndefined();
  });

  it("keeps nothing of an upload that is finished", async () => {
    const lease = await acquire("w");
    await ledger.save(lease, progressAt(1));
    expect(await ledger.finish(lease)).toBe(true);
    expect((await acquire("next")).progress).toBeUndefined();
  });

  it("lets the same worker in again, under a new epoch", async () => {
    const first = await acquire("w");
    await ledger.save(first, progressAt(7));
    const again = await acquire("w");
    expect(again).toMatchObject({ epoch: first.epoch + 1, progress: { offset: 7 } });
    expect(await ledger.renew(first)).toBe(false);
  });

  it("forgets progress after a day, when no registry keeps the session any more", async () => {
    const lease = await acquire("w");
    await ledger.save(lease, progressAt(1));
    clock.advance(DAY_MS);
    expect(await ledger.save(lease, progressAt(2))).toBe(false);
    expect((await acquire("next")).progress).toBeUndefined();
  });

  it("needs no hash state", async () => {
    const lease = await acquire("w");
    const progress = { location: "/x", offset: 0, startedAt: 1 };
    await ledger.save(lease, progress);
    await ledger.release(lease);
    expect((await acquire("next")).progress).toStrictEqual(progress);
  });

  it("takes its own writes for successes when the answers to them got lost", async () => {
    const lossy = createUploadLedger(losingAnswers(table), { clock });
    const lease = await acquire("w", lossy);
    expect(lease.epoch).toBe(1);
    expect(await lossy.save(lease, progressAt(5))).toBe(true);
    expect(await lossy.release(lease)).toBe(true);
    expect((await acquire("next")).progress?.offset).toBe(5);
  });

  it("refuses a stored upload of another shape, without showing the location", async () => {
    const lease = await acquire("w");
    const progress = { location: "CANARY", offset: "CANARY", startedAt: 1 };
    await table.put(lease.key, { owner: "w", epoch: 1, leaseUntil: 0, progress }, "any");
    const refusal = await tryAcquire("next").catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: "STATE_ROW_INVALID",
      message: `the stored record of an upload's progress has no usable "offset"`,
    });
    expect(String(refusal)).not.toContain("CANARY");
  });
});
