import { describe, expect, it } from "vitest";
import { createRunLedger } from "../../lib/state/run-ledger.ts";
import { createTaskReader } from "../../lib/state/task-reader.ts";
import type { TaskRow } from "../../lib/state/task-row.ts";
import type { SyncPolicy } from "../../lib/sync/policy.ts";
import { reportOfRun } from "../../lib/sync/stored-report.ts";
import { createReaper, type Death } from "../support/dying-process.ts";
import { randomImage } from "../support/random-image.ts";
import { BYTES_PER_COPY, createRunWorld, type RunWorld } from "../support/run-world.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { policyOf } from "../support/sync-world.ts";

const IMAGE = randomImage({ seed: "killed" });
const OLD = randomImage({ seed: "old" });
const RUN = "run-1";
/** A few pages. */
const LIFE_MS = 1500;

/** Already equal at the target; equal, but of a policy of its own; not there yet; moved on. */
const EQUAL = ["a1", "a2", "c1"];
const NEW = ["a3", "b1", "b2"];
const MOVED = ["b3", "c2"];
const POLICIES: readonly SyncPolicy[] = [
  policyOf("source.test/app", "target.test/app"),
  policyOf("source.test/app:a1", "target.test/named"),
  // Shares its target with the first: only what the first did not take is its own.
  policyOf("source.test/other", "target.test/app"),
  policyOf("source.test/gone", "target.test/gone"),
];
/** What the third finds besides what the first has. */
const OTHER = ["z1", "z2"];
/** With the named one. */
const PAIRS = EQUAL.length + NEW.length + MOVED.length + OTHER.length + 1;

function world(deaths: readonly Death[] = []) {
  const reaper = createReaper(deaths);
  const quirks = { maxN: 3 };
  const made = createRunWorld({ image: IMAGE, reaper, source: { quirks, latencyMs: 200 } });
  made.source.seed("app", IMAGE, ...EQUAL, ...NEW, ...MOVED);
  made.source.seed("other", IMAGE, ...OTHER, "a1", "b2");
  made.target.seed("app", IMAGE, ...EQUAL);
  made.target.seed("app", OLD, ...MOVED);
  return { ...made, reaper };
}

async function rowsOf({ table }: RunWorld): Promise<TaskRow[]> {
  const reader = createTaskReader(table);
  const rows: TaskRow[] = [];
  for (let shard = 0; shard < reader.shards; shard++) {
    for await (const row of reader.shard(RUN, shard)) rows.push(row);
  }
  return rows;
}

/** Carries out every order there is. */
async function carryOut({ clock, tasks, launches, ...made }: RunWorld): Promise<void> {
  for (let launch = launches.shift(); launch; launch = launches.shift()) {
    const end = await clock.run(made.orchestrate(RUN, LIFE_MS));
    if (end !== "died" && end.kind === "handOn") launches.push(launch);
  }
  for (let order = tasks.shift(); order; order = tasks.shift()) await clock.run(made.work(order));
}

/** Carries out orders and sweeps once a minute; tells how often the run's end was told. */
async function driveToTheEnd(made: RunWorld): Promise<number> {
  let told = 0;
  for (let minute = 0; minute < 200; minute++) {
    const run = await runs(made).get(RUN);
    if (run?.state === "finished") return told;
    // Whoever starts a run and hears no answer calls again.
    if (run === undefined) await made.clock.run(made.start(RUN, POLICIES));
    await carryOut(made);
    const swept = await made.clock.run(made.sweep());
    if (swept !== "died") told += swept.runsFinished.length;
    await made.clock.advance(60_000);
  }
  throw new Error("the run does not come to its end");
}

function runs({ table, clock }: RunWorld) {
  return createRunLedger(table, { clock, random: seededRandom(2) });
}

async function expectAllDone(made: RunWorld): Promise<void> {
  const rows = await rowsOf(made);
  expect(rows.filter(({ state }) => state !== "copied")).toEqual([]);
  const record = await runs(made).get(RUN);
  if (record === undefined) throw new Error("the run is gone");
  const report = await reportOfRun(record, {
    async *list() {
      yield* rows;
    },
  });
  const copied = NEW.length + MOVED.length + OTHER.length + 1;
  expect(report.totals).toEqual({
    planned: PAIRS,
    copied,
    unchanged: EQUAL.length,
    failed: 0,
    suspended: 0,
    skipped: 0,
    rules: { total: POLICIES.length, failed: 2 },
  });
  expect(rows).toHaveLength(copied);
  expect(report.copied.map(({ target }) => target).sort()).toEqual(
    [
      ...[...NEW, ...MOVED, ...OTHER].map((tag) => `target.test/app:${tag}`),
      "target.test/named:a1",
    ].sort(),
  );
  expect(report.bytes.copied).toBe(copied * BYTES_PER_COPY);
  expect(report.rules.map(({ rule, code }) => [rule, code]).sort()).toEqual([
    ["source.test/gone", "SOURCE_LIST_FAILED"],
    ["source.test/other", "RULE_CONFLICT"],
    ["source.test/other", "RULE_CONFLICT"],
  ]);
  const held = made.target.snapshot().get("app")?.tags;
  for (const tag of [...EQUAL, ...NEW, ...MOVED]) expect(held?.get(tag)).toBe(IMAGE.root.digest);
}

async function expectSameEnd(deaths: readonly Death[]): Promise<void> {
  const made = world(deaths);
  try {
    // Whoever closes the run and dies of it tells nobody.
    expect(await driveToTheEnd(made)).toBeLessThanOrEqual(1);
    await expectAllDone(made);
  } catch (cause) {
    throw new Error(`killed by ${JSON.stringify(deaths)}`, { cause });
  }
}

describe("a run whose processes die", () => {
  it("comes to its end when none does", async () => {
    const made = world();
    expect(await driveToTheEnd(made)).toBe(1);
    await expectAllDone(made);
  });

  it("comes to the same end whichever effect kills one", async () => {
    const undisturbed = world();
    await driveToTheEnd(undisturbed);
    const { effects } = undisturbed.reaper;
    expect(effects).toBeGreaterThan(60);

    for (let effect = 0; effect < effects; effect++) {
      for (const after of [false, true]) await expectSameEnd([{ effect, after }]);
    }
  }, 120_000);

  it("comes to the same end however often that happens", async () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = seededRandom(seed);
      const deaths = Array.from({ length: 2 + Math.floor(random.next() * 8) }, () => ({
        effect: Math.floor(random.next() * 200),
        after: random.next() < 0.5,
      }));
      await expectSameEnd(deaths);
    }
  }, 120_000);
});
