import { describe, expect, it } from "vitest";
import { createRunLedger } from "../../lib/state/run-ledger.ts";
import { decodeListingTotals } from "../../lib/sync/listing-wire.ts";
import type { ListingEnd } from "../../lib/sync/orchestrate.ts";
import type { SyncPolicy } from "../../lib/sync/policy.ts";
import { randomImage } from "../support/random-image.ts";
import { createRunWorld, type RunWorld, type RunWorldOptions } from "../support/run-world.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { policyOf } from "../support/sync-world.ts";

const IMAGE = randomImage({ seed: "listed" });
const OLD = randomImage({ seed: "listed before" });
const RUN = "run-1";
const ALL = policyOf("source.test/app", "target.test/app");

function tagsOf(count: number, prefix = "v"): string[] {
  return Array.from(
    { length: count },
    (_, number) => `${prefix}${String(number).padStart(5, "0")}`,
  );
}

function world(options: Partial<RunWorldOptions> = {}): RunWorld {
  return createRunWorld({ image: IMAGE, ...options });
}

/** Lets invocation follow invocation until the run is listed. */
async function listAll(made: RunWorld, lifeMs?: number): Promise<readonly ListingEnd[]> {
  const ends: ListingEnd[] = [];
  for (let hops = 0; hops < 200; hops++) {
    const end = await made.clock.run(made.orchestrate(RUN, lifeMs));
    if (end === "died") throw new Error("nobody was to die");
    ends.push(end);
    if (end.kind !== "handOn") return ends;
    await made.clock.advance(end.delayMs);
  }
  throw new Error("the listing does not come to its end");
}

async function listed(
  made: RunWorld,
  policies: readonly SyncPolicy[],
  lifeMs?: number,
): Promise<readonly ListingEnd[]> {
  await made.clock.run(made.start(RUN, policies));
  return listAll(made, lifeMs);
}

function sourcesOf({ events }: RunWorld): string[] {
  return events.flatMap((event) => (event.type === "task.planned" ? [event.source] : []));
}

async function recordOf({ table, clock }: RunWorld) {
  const record = await createRunLedger(table, { clock, random: seededRandom(2) }).get(RUN);
  if (record === undefined) throw new Error("the run is gone");
  return record;
}

async function totalsOf(made: RunWorld) {
  return decodeListingTotals((await recordOf(made)).listed);
}

describe("orchestrating very many tags", () => {
  it.each([
    ["10000", "in pages", {}],
    ["2500", "in one huge page", { paging: "none" } as const],
  ])(
    "%s given %s dispatches the 25 that changed, each once, over short invocations",
    async (count, _, quirks) => {
      const tags = tagsOf(Number(count));
      const changed = tags.filter((_, number) => number % (tags.length / 25) === 7);
      const made = world({ source: { latencyMs: 50, quirks } });
      made.source.seed("app", IMAGE, ...tags);
      made.target.seed("app", IMAGE, ...tags);
      made.target.seed("app", OLD, ...changed);

      const ends = await listed(made, [ALL], 2500);

      expect(ends.length).toBeGreaterThan(1);
      expect(ends.at(-1)).toEqual({ kind: "enumerated" });
      expect(made.tasks).toHaveLength(25);
      expect(new Set(made.tasks.map(({ taskId }) => taskId)).size).toBe(25);
      expect(sourcesOf(made)).toHaveLength(tags.length);
      expect(new Set(sourcesOf(made)).size).toBe(tags.length);
      expect(await totalsOf(made)).toMatchObject({
        unchanged: tags.length - 25,
        tasks: 25,
        rules: [],
      });
    },
    60_000,
  );
});

describe("orchestrating", () => {
  it("of a source without changes dispatches nothing", async () => {
    const made = world();
    made.source.seed("app", IMAGE, ...tagsOf(40));
    made.target.seed("app", IMAGE, ...tagsOf(40));

    expect(await listed(made, [ALL])).toEqual([{ kind: "enumerated" }]);

    expect(made.tasks).toEqual([]);
    expect(await totalsOf(made)).toMatchObject({ unchanged: 40, tasks: 0 });
    expect(await recordOf(made)).toMatchObject({ enumerated: true, cursor: undefined });
  });

  it("is done by one at a time, and once", async () => {
    const made = world({ source: { latencyMs: 20 } });
    made.source.seed("app", IMAGE, "v1");
    await made.clock.run(made.start(RUN, [ALL]));

    const both = Promise.all([made.orchestrate(RUN), made.orchestrate(RUN)]);

    expect((await made.clock.run(both)).map((end) => end !== "died" && end.kind).sort()).toEqual([
      "enumerated",
      "notOurs",
    ]);
    expect(await listAll(made)).toEqual([{ kind: "notOurs" }]);
    expect(made.tasks).toHaveLength(1);
  });

  it("lists a page that was cut off again, though its targets were claimed", async () => {
    const made = world({ source: { latencyMs: 3000 } });
    made.source.seed("app", IMAGE, "v1", "v2");
    made.source.seed("other", IMAGE, "v2", "v3");
    made.target.seed("app", OLD, "v1", "v2", "v3");
    const policies = [ALL, policyOf("source.test/other", "target.test/app")];
    await made.clock.run(made.start(RUN, policies));

    // Time for the list of tags, and not for asking about them.
    expect(await made.clock.run(made.orchestrate(RUN, 5000))).toMatchObject({ kind: "handOn" });
    expect(made.tasks).toEqual([]);
    await listAll(made);

    expect(sourcesOf(made).sort()).toEqual([
      "source.test/app:v1",
      "source.test/app:v2",
      "source.test/other:v3",
    ]);
    expect(await totalsOf(made)).toMatchObject({ tasks: 3, rules: [{ code: "RULE_CONFLICT" }] });
  });

  it("names a run that is not there", async () => {
    const made = world();
    await expect(made.clock.run(made.orchestrate("nobody"))).rejects.toMatchObject({
      code: "RUN_UNKNOWN",
    });
  });

  it("refuses to list a run without all of its policies", async () => {
    const made = world();
    made.source.seed("app", IMAGE, "v1");
    await made.clock.run(made.start(RUN, [ALL, policyOf("source.test/app:v1", "target.test/b")]));
    await made.table.delete({ partition: `run#${RUN}`, sort: "policy#000001" }, "any");

    await expect(made.clock.run(made.orchestrate(RUN))).rejects.toMatchObject({
      code: "STATE_INCOMPLETE",
    });
    expect(made.tasks).toEqual([]);
    expect(await recordOf(made)).toMatchObject({ enumerated: false });
  });

  it("counts the requests it took, over all invocations", async () => {
    const made = world({ source: { latencyMs: 400, quirks: { maxN: 2 } } });
    made.source.seed("app", IMAGE, ...tagsOf(8));
    made.target.seed("app", IMAGE, ...tagsOf(8));

    const ends = await listed(made, [ALL], 2500);

    expect(ends.length).toBeGreaterThan(1);
    const { requests } = await totalsOf(made);
    expect(requests.get("source.test")).toBe(made.source.count());
    expect(requests.get("target.test")).toBe(made.target.count());
  });
});

describe("a listing that changes between invocations", () => {
  const before = tagsOf(1400);

  it.each([
    ["loses tags", (made: RunWorld) => remove(made, [before[3], before[499], before[500]])],
    ["gets new ones", (made: RunWorld) => made.source.seed("app", IMAGE, "a", "m", "v00499a", "z")],
  ])("and %s skips none that was there all along", async (_, change) => {
    const made = world({ source: { latencyMs: 300, quirks: { paging: "none" } } });
    made.source.seed("app", IMAGE, ...before);
    made.target.seed("app", OLD, ...before);
    await made.clock.run(made.start(RUN, [ALL]));

    expect(await made.clock.run(made.orchestrate(RUN, 8000))).toMatchObject({ kind: "handOn" });
    expect(made.tasks.length).toBeGreaterThanOrEqual(500);
    expect(made.tasks.length).toBeLessThan(before.length);
    change(made);
    await listAll(made);

    const planned = new Set(sourcesOf(made));
    const kept = [...(made.source.snapshot().get("app")?.tags.keys() ?? [])];
    const stayed = before.filter((tag) => kept.includes(tag));
    expect(stayed.filter((tag) => !planned.has(`source.test/app:${tag}`))).toEqual([]);
  });

  it("is listed anew when the registry has forgotten its page, and counted once", async () => {
    const made = world({ source: { latencyMs: 300, quirks: { maxN: 2 } } });
    made.source.seed("app", IMAGE, ...tagsOf(6));
    made.target.seed("app", IMAGE, "v00001", "v00003", "v00005");
    await made.clock.run(made.start(RUN, [ALL]));
    expect(await made.clock.run(made.orchestrate(RUN, 1400))).toMatchObject({ kind: "handOn" });
    for (const order of made.tasks) await made.clock.run(made.work(order));

    const forgotten = { method: "GET", kind: "tags", status: 400, times: 1 } as const;
    made.source.setQuirks({ maxN: 2, fail: forgotten });
    await listAll(made);

    expect(made.source.count({ status: 400 })).toBe(1);
    expect(await totalsOf(made)).toMatchObject({ unchanged: 3, tasks: 3, rulesFailed: 0 });
    expect(new Set(made.tasks.map(({ taskId }) => taskId)).size).toBe(3);
  });

  function remove({ source }: RunWorld, tags: readonly (string | undefined)[]): void {
    for (const tag of tags) if (tag !== undefined) source.store.get("app")?.tags.delete(tag);
  }
});

describe("a source that cannot be listed now", () => {
  const down = { method: "GET", kind: "tags", status: 503 } as const;

  it("is listed later, and its rule has not failed", async () => {
    const made = world({ source: { quirks: { fail: { ...down, times: 15 } } } });
    made.source.seed("app", IMAGE, "v1");

    const ends = await listed(made, [ALL, policyOf("source.test/app:v1", "target.test/b")]);

    expect(ends.map(({ kind }) => kind)).toEqual(["handOn", "handOn", "enumerated"]);
    expect(ends[0]).toMatchObject({ delayMs: 10_000 });
    expect(ends[1]).toMatchObject({ delayMs: 20_000 });
    expect(made.tasks).toHaveLength(2);
    expect(await totalsOf(made)).toMatchObject({ rulesFailed: 0, tasks: 2 });
  });

  it("fails its rule in the end, and no other", async () => {
    const made = world({ source: { quirks: { fail: { ...down, times: 1000 } } } });
    made.source.seed("app", IMAGE, "v1");

    const ends = await listed(made, [ALL, policyOf("source.test/app:v1", "target.test/b")]);

    expect(ends.at(-1)).toEqual({ kind: "enumerated" });
    expect(ends).toHaveLength(6);
    expect(made.tasks).toHaveLength(1);
    const { rulesFailed, rules } = await totalsOf(made);
    expect(rulesFailed).toBe(1);
    expect(rules).toMatchObject([{ rule: "source.test/app", code: "SERVER_ERROR" }]);
  });

  it("keeps an invocation from being cut off in vain over and over", async () => {
    const made = world({ source: { latencyMs: 20_000 } });
    made.source.seed("app", IMAGE, "v1");
    await made.clock.run(made.start(RUN, [ALL]));

    const ends: unknown[] = [];
    for (let hops = 0; hops < 4; hops++) {
      ends.push(await made.clock.run(made.orchestrate(RUN, 5000)));
    }

    expect(ends).toMatchObject([
      { kind: "handOn", delayMs: 10_000 },
      { kind: "handOn", delayMs: 20_000 },
      { kind: "handOn", delayMs: 40_000 },
      { kind: "handOn", delayMs: 80_000 },
    ]);
    expect((await recordOf(made)).listing.fruitless).toBe(4);
  });
});

describe("what cannot be dispatched", () => {
  it("stays planned, and the listing goes on", async () => {
    const made = world({ isAway: () => true });
    made.source.seed("app", IMAGE, "v1", "v2");

    expect(await listed(made, [ALL])).toEqual([{ kind: "enumerated" }]);

    expect(made.tasks).toEqual([]);
    expect(await totalsOf(made)).toMatchObject({ tasks: 2 });
  });
});
