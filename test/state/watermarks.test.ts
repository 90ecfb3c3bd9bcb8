import { describe, expect, it } from "vitest";
import { digestOf } from "../../lib/oci/digest.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createWatermarks, type TagLease, type Watermarks } from "../../lib/state/watermarks.ts";
import { countingTable } from "./counting-table.ts";
import { losingAnswers } from "./lost-answers.ts";
import { ManualClock } from "./manual-clock.ts";

const SOURCE = { registry: "docker.io", repository: "library/nginx" };
const TARGET = { registry: "harbor.example.com:8443", repository: "mirror/nginx" };
const DIGEST = digestOf(Buffer.from("x"));
const OTHER = digestOf(Buffer.from("y"));
const ROUTE = { source: SOURCE, target: TARGET, tag: "latest" };
const LEASE_MS = 1000;
const MARK = { sourceDigest: DIGEST, targetDigest: DIGEST, optionsHash: "h" };

function setUp() {
  const clock = new ManualClock();
  const { table, calls } = countingTable(createMemoryTable({ clock }));
  return { clock, table, calls, watermarks: createWatermarks(table, clock) };
}

async function take(watermarks: Watermarks, owner: string): Promise<TagLease> {
  const lease = await watermarks.take(ROUTE, { owner, leaseMs: LEASE_MS });
  if (lease === undefined) throw new Error("the tag is taken");
  return lease;
}

describe("Watermarks", () => {
  it("does not read a row that is not there, and takes over one that is", async () => {
    const { calls, watermarks } = setUp();
    const options = { owner: "one", leaseMs: LEASE_MS };
    const lease = await watermarks.take(ROUTE, options, "absent");
    expect(calls).toEqual(["put"]);
    expect(lease?.before).toEqual({ sight: "absent" });
    expect(await watermarks.take(ROUTE, { ...options, owner: "two" }, "absent")).toBeUndefined();
    expect(lease && (await watermarks.commit(lease, MARK))).toBe(true);
    const next = await watermarks.take(ROUTE, { ...options, owner: "two" }, "absent");
    expect(next?.before.sight).toBeTypeOf("number");
    expect(next?.before.mark).toMatchObject(MARK);
  });

  it("waits for no lease of an owner that is gone, and believes nothing of what it knew", async () => {
    const clock = new ManualClock();
    const table = createMemoryTable({ clock });
    const gone = new Set<string>();
    const watermarks = createWatermarks(table, clock, (owner) => gone.has(owner));
    const dead = await take(watermarks, "dead");
    const options = { owner: "next", leaseMs: LEASE_MS };
    expect(await watermarks.take(ROUTE, options)).toBeUndefined();
    gone.add("dead");
    const lease = await watermarks.take(ROUTE, options);
    expect(lease?.before.sight).toBe("unsure");
    expect(await watermarks.renew(dead)).toBeUndefined();
    expect(await watermarks.commit(dead, MARK)).toBe(false);
    expect(lease && (await watermarks.commit(lease, MARK))).toBe(true);
  });

  it("reads in one batch", async () => {
    const { clock, calls, watermarks } = setUp();
    const tags = Array.from({ length: 250 }, (_, number) => `1.${number}`);
    for (const tag of tags) {
      await watermarks.write(SOURCE, TARGET, { ...MARK, tag, optionsHash: `hash of ${tag}` });
    }
    calls.length = 0;
    const marks = await watermarks.readMany(SOURCE, TARGET, [...tags, "1.0", "none"]);
    expect(marks.size).toBe(250);
    expect(marks.get("1.7")).toEqual({ ...MARK, optionsHash: "hash of 1.7", at: clock.now() });
    expect(calls).toEqual(["getMany"]);
  });

  it("asks for nothing when there is nothing to ask", async () => {
    const { calls, watermarks } = setUp();
    expect(await watermarks.readMany(SOURCE, TARGET, [])).toEqual(new Map());
    expect(calls).toEqual([]);
  });

  it("keeps sources, targets and references apart, and the last options of each", async () => {
    const { clock, watermarks } = setUp();
    await watermarks.write(SOURCE, TARGET, { ...MARK, tag: "latest" });
    clock.advance(1);
    await watermarks.write(TARGET, SOURCE, { ...MARK, tag: "latest", optionsHash: "back" });
    await watermarks.write(SOURCE, TARGET, { ...MARK, tag: DIGEST });
    await watermarks.write(SOURCE, TARGET, { ...MARK, tag: "latest", optionsHash: "later" });
    const marks = await watermarks.readMany(SOURCE, TARGET, ["latest", DIGEST]);
    expect([...marks.keys()].sort()).toEqual(["latest", DIGEST]);
    expect(marks.get("latest")?.optionsHash).toBe("later");
  });

  it.each([
    ["no object", "text"],
    ["a list", []],
    ["no digest", { ...MARK, sourceDigest: "sha256:short", at: 1 }],
    ["a missing field", { sourceDigest: DIGEST, targetDigest: DIGEST, at: 1 }],
    ["a field of another type", { ...MARK, at: "yesterday" }],
  ])("takes a row with %s for no mark", async (_, value) => {
    const { table, watermarks } = setUp();
    await watermarks.write(SOURCE, TARGET, { ...MARK, tag: "good" });
    const partition = "tags#docker.io/library/nginx#harbor.example.com:8443/mirror/nginx";
    expect(await table.get({ partition, sort: "good" })).toBeDefined();
    await table.put({ partition, sort: "bad" }, value, "any");
    const marks = await watermarks.readMany(SOURCE, TARGET, ["good", "bad"]);
    expect([...marks.keys()]).toEqual(["good"]);
  });
});

describe("Watermarks.write", () => {
  it("leaves alone what somebody set with the same options: he knows better", async () => {
    const { watermarks } = setUp();
    await watermarks.write(SOURCE, TARGET, { ...MARK, tag: "latest" });
    await watermarks.write(SOURCE, TARGET, { ...MARK, tag: "latest", targetDigest: OTHER });
    const marks = await watermarks.readMany(SOURCE, TARGET, ["latest"]);
    expect(marks.get("latest")?.targetDigest).toBe(DIGEST);
  });

  it("leaves alone what somebody is about to set", async () => {
    const { watermarks } = setUp();
    const lease = await take(watermarks, "w");
    await watermarks.write(SOURCE, TARGET, { ...MARK, tag: "latest", optionsHash: "other" });
    expect(await watermarks.commit(lease, { ...MARK, targetDigest: OTHER })).toBe(true);
    const marks = await watermarks.readMany(SOURCE, TARGET, ["latest"]);
    expect(marks.get("latest")).toMatchObject({ targetDigest: OTHER, optionsHash: "h" });
  });
});

describe("Watermarks.forget", () => {
  it("drops the mark, and whoever looked before sees that", async () => {
    const { watermarks } = setUp();
    await watermarks.write(SOURCE, TARGET, { tag: "latest", ...MARK });
    const before = await watermarks.look(ROUTE);

    await watermarks.forget(ROUTE);

    expect((await watermarks.readMany(SOURCE, TARGET, ["latest"])).size).toBe(0);
    expect(await watermarks.look(ROUTE)).not.toBe(before);
  });

  it("writes nothing where there is no mark, and leaves who sets the tag alone", async () => {
    const { watermarks } = setUp();
    await watermarks.forget(ROUTE);
    expect(await watermarks.look(ROUTE)).toBe("absent");

    await watermarks.write(SOURCE, TARGET, { tag: "latest", ...MARK });
    const lease = await take(watermarks, "a");
    await watermarks.forget(ROUTE);
    expect(await watermarks.commit(lease, { ...MARK, targetDigest: OTHER })).toBe(true);
    const marks = await watermarks.readMany(SOURCE, TARGET, ["latest"]);
    expect(marks.get("latest")).toMatchObject({ targetDigest: OTHER });
  });
});

describe("a tag's lease", () => {
  it("is given to one of many", async () => {
    const { watermarks } = setUp();
    const owners = Array.from({ length: 20 }, (_, number) => `w${number}`);
    const leases = await Promise.all(
      owners.map((owner) => watermarks.take(ROUTE, { owner, leaseMs: LEASE_MS })),
    );
    expect(leases.filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  it("marks the tag and ends with one write, and costs a read and two writes in all", async () => {
    const { clock, calls, watermarks } = setUp();
    await watermarks.commit(await take(watermarks, "w"), MARK);
    expect(calls).toEqual(["get", "put", "put"]);
    const marks = await watermarks.readMany(SOURCE, TARGET, ["latest"]);
    expect(marks.get("latest")).toEqual({ ...MARK, at: clock.now() });
    expect(await watermarks.take(ROUTE, { owner: "next", leaseMs: 1 })).toBeDefined();
  });

  it("goes to another at its end, who fences the first off", async () => {
    const { clock, watermarks } = setUp();
    const old = await take(watermarks, "old");
    clock.advance(LEASE_MS - 1);
    expect(await watermarks.take(ROUTE, { owner: "new", leaseMs: LEASE_MS })).toBeUndefined();
    clock.advance(1);
    const taken = await take(watermarks, "new");
    expect(await watermarks.renew(old)).toBeUndefined();
    expect(await watermarks.commit(old, { ...MARK, targetDigest: OTHER })).toBe(false);
    expect(await watermarks.release(old, true)).toBeUndefined();
    expect(await watermarks.commit(taken, MARK)).toBe(true);
  });

  it("lasts as long as it is renewed", async () => {
    const { clock, watermarks } = setUp();
    let lease = await take(watermarks, "w");
    for (let round = 0; round < 3; round++) {
      clock.advance(LEASE_MS - 1);
      const renewed = await watermarks.renew(lease);
      if (renewed === undefined) throw new Error("the lease was not renewed");
      lease = renewed;
    }
    expect(await watermarks.take(ROUTE, { owner: "other", leaseMs: 1 })).toBeUndefined();
    expect(await watermarks.commit(lease, MARK)).toBe(true);
  });

  it("hides the mark while nobody knows what the tag is", async () => {
    const { clock, watermarks } = setUp();
    await watermarks.write(SOURCE, TARGET, { ...MARK, tag: "latest" });
    const read = () => watermarks.readMany(SOURCE, TARGET, ["latest"]);
    const lease = await take(watermarks, "w");
    expect(lease.before.mark).toMatchObject(MARK);
    expect((await read()).size).toBe(0);
    clock.advance(LEASE_MS * 10);
    expect((await read()).size).toBe(0);
    await watermarks.release(lease, false);
    expect((await read()).size).toBe(1);
    await watermarks.release(await take(watermarks, "v"), true);
    expect((await read()).size).toBe(0);
  });

  it("shows whoever looks again whether somebody else came in between", async () => {
    const { clock, watermarks } = setUp();
    expect(await watermarks.look(ROUTE)).toBe("absent");
    const first = await take(watermarks, "first");
    expect(first.before.sight).toBe("absent");
    expect(await watermarks.look(ROUTE)).toBe("unsure");
    const released = await watermarks.release(first, false);
    expect(await watermarks.look(ROUTE)).toBe(released);
    const second = await take(watermarks, "second");
    expect(second.before.sight).toBe(released);
    clock.advance(LEASE_MS);
    const third = await take(watermarks, "third");
    expect(third.before.sight).toBe("unsure");
    await watermarks.commit(third, MARK);
    expect(await watermarks.look(ROUTE)).not.toBe(released);
  });

  it("takes its own writes for successes when the answers to them got lost", async () => {
    const { table, clock } = setUp();
    const lossy = createWatermarks(losingAnswers(table), clock);
    const lease = await take(lossy, "w");
    const renewed = await lossy.renew(lease);
    expect(renewed).toBeDefined();
    expect(await lossy.commit(renewed ?? lease, MARK)).toBe(true);
    expect(await lossy.release(await take(lossy, "v"), false)).toBeDefined();
  });
});
