import { beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "../../lib/oci/digest.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import {
  createUploadLedger,
  type UploadAnswer,
  type UploadLease,
  type UploadLedger,
} from "../../lib/state/upload-ledger.ts";
import type { UploadProgress } from "../../lib/transfer/upload-progress.ts";
import { countingTable } from "./counting-table.ts";
import { losingAnswers } from "./lost-answers.ts";
import { ManualClock } from "./manual-clock.ts";

const LEASE_MS = 1000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const DIGEST = digestOf(Buffer.from("x"));

let clock: ManualClock;
let table: StateTable;
let ledger: UploadLedger;

beforeEach(() => {
  clock = new ManualClock();
  table = createMemoryTable({ clock });
  ledger = createUploadLedger(table, { clock });
});

const NAME = { registry: "localhost:5000", repository: "team/app" };

function ask(owner: string, from = ledger): Promise<UploadAnswer> {
  return from.acquire(NAME, DIGEST, { owner, leaseMs: LEASE_MS });
}

async function acquire(owner: string, from = ledger): Promise<UploadLease> {
  const answer = await ask(owner, from);
  if (answer.kind !== "taken") throw new Error(`the upload is ${answer.kind}`);
  return answer.lease;
}

function progressAt(offset: number): UploadProgress {
  const location = "/v2/team/app/blobs/uploads/1?_state=CANARY";
  const chunks = { chunkBytes: 9, chunkBytesMin: 0, chunkBytesMax: 100 };
  return { location, offset, hashState: "c3RhdGU=", startedAt: clock.now(), ...chunks };
}

describe("UploadLedger", () => {
  it("lets one worker at a time upload a blob to a repository", async () => {
    const owners = Array.from({ length: 20 }, (_, number) => `w${number}`);
    const answers = await Promise.all(owners.map((owner) => ask(owner)));
    expect(answers.filter(({ kind }) => kind === "taken").length).toBe(1);
    expect(answers.filter(({ kind }) => kind === "busy").length).toBe(19);
    expect(await ask("late")).toEqual({ kind: "busy", leaseUntil: clock.now() + LEASE_MS });
    const other = { owner: "other", leaseMs: LEASE_MS };
    for (const name of [
      { ...NAME, repository: "team/b" },
      { ...NAME, registry: "localhost:5001" },
    ]) {
      expect((await ledger.acquire(name, DIGEST, other)).kind).toBe("taken");
    }
  });

  it("hands the progress to the next worker when the lease is given back", async () => {
    const first = await acquire("first");
    expect(first.progress).toBeUndefined();
    expect(await ledger.save(first, progressAt(4096))).toBeDefined();
    expect((await ask("second")).kind).toBe("busy");
    await ledger.release(first);
    expect((await acquire("second")).progress).toEqual(progressAt(4096));
  });

  it("hands it over when the lease ends, and fences the old worker off", async () => {
    const old = await acquire("old");
    await ledger.save(old, progressAt(1));
    clock.advance(LEASE_MS - 1);
    expect((await ask("new")).kind).toBe("busy");
    clock.advance(1);
    const taken = await acquire("new");
    expect(taken).toMatchObject({
      epoch: old.epoch + 1,
      begunBefore: true,
      progress: { offset: 1 },
    });
    await ledger.save(taken, progressAt(2));
    expect(await ledger.save(old, progressAt(99))).toBeUndefined();
    expect(await ledger.renew(old)).toBeUndefined();
    await ledger.finish(old);
    await ledger.release(old);
    expect((await ask("third")).kind).toBe("busy");
    await ledger.release(taken);
    expect((await acquire("third")).progress?.offset).toBe(2);
  });

  it("prolongs the lease by renewing and by saving", async () => {
    const lease = await acquire("w");
    clock.advance(LEASE_MS - 1);
    expect(await ledger.renew(lease)).toBeDefined();
    clock.advance(LEASE_MS - 1);
    expect(await ledger.save(lease, progressAt(1))).toBeDefined();
    clock.advance(LEASE_MS - 1);
    expect((await ask("other")).kind).toBe("busy");
  });

  it("tells for an hour that an upload is finished, and nothing else of it", async () => {
    const lease = await acquire("w");
    await ledger.save(lease, progressAt(1));
    await ledger.finish(lease);
    expect(await ask("next")).toEqual({ kind: "done" });
    expect((await table.get(lease.key))?.value).not.toHaveProperty("progress");
    const again = { owner: "healer", leaseMs: LEASE_MS, again: true };
    const healing = await ledger.acquire(NAME, DIGEST, again);
    expect(healing).toMatchObject({
      kind: "taken",
      lease: { begunBefore: false, progress: undefined },
    });
    if (healing.kind === "taken") await ledger.finish(healing.lease);
    clock.advance(HOUR_MS);
    expect((await acquire("much later")).epoch).toBe(1);
  });

  it("costs one write to take and one to finish", async () => {
    const counting = countingTable(table);
    const counted = createUploadLedger(counting.table, { clock });
    await counted.finish(await acquire("w", counted));
    await ask("other", counted);
    expect(counting.calls).toEqual(["put", "put", "put"]);
  });

  it("lets the same worker in again, under a new epoch", async () => {
    const first = await acquire("w");
    await ledger.save(first, progressAt(7));
    const again = await acquire("w");
    expect(again).toMatchObject({ epoch: first.epoch + 1, progress: { offset: 7 } });
    expect(await ledger.renew(first)).toBeUndefined();
  });

  it("forgets progress after a day, when no registry keeps the session any more", async () => {
    const lease = await acquire("w");
    await ledger.save(lease, progressAt(1));
    clock.advance(DAY_MS);
    expect(await ledger.save(lease, progressAt(2))).toBeUndefined();
    expect((await acquire("next")).progress).toBeUndefined();
  });

  it("needs no hash state", async () => {
    const lease = await acquire("w");
    const { hashState: _, ...progress } = progressAt(0);
    await ledger.save(lease, progress);
    await ledger.release(lease);
    expect((await acquire("next")).progress).toStrictEqual(progress);
  });

  it("takes its own writes for successes when the answers to them got lost", async () => {
    const lossy = createUploadLedger(losingAnswers(table), { clock });
    const lease = await acquire("w", lossy);
    expect(lease.epoch).toBe(1);
    const saved = await lossy.save(lease, progressAt(5));
    expect(saved).toBeDefined();
    expect(await lossy.renew(saved ?? lease)).toBeDefined();
    await lossy.release(lease);
    expect((await acquire("next")).progress?.offset).toBe(5);
  });

  it("refuses a stored upload of another shape, without showing the location", async () => {
    const lease = await acquire("w");
    const progress = { ...progressAt(1), location: "CANARY", offset: "CANARY" };
    await table.put(lease.key, { owner: "w", epoch: 1, leaseUntil: 0, progress }, "any");
    const refusal = await ask("next").catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: "STATE_ROW_INVALID",
      message: `the stored record of an upload's progress has no usable "offset"`,
    });
    expect(String(refusal)).not.toContain("CANARY");
  });
});
