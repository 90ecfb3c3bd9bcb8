import { describe, expect, it } from "vitest";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { createFakeRegistry, type FakeRegistry } from "../support/fake-registry.ts";
import { localWorld } from "../support/local-world.ts";
import { randomImage } from "../support/random-image.ts";
import { policyOf } from "../support/sync-world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const POLICY = policyOf("source.test/app", "target.test/app");
const RUN = { runId: "http-1", trigger: "http", policies: [POLICY] } as const;

/** Registries and a table that outlive processes; the source has these tags. */
function bed(count: number) {
  const clock = new VirtualClock();
  const table = createMemoryTable({ clock });
  const source = createFakeRegistry();
  const target = createFakeRegistry();
  for (let index = 0; index < count; index++) {
    source.seed("app", randomImage({ seed: `local-${index}` }), `v${index}`);
  }
  const registries: Readonly<Record<string, FakeRegistry>> = {
    "source.test": source,
    "target.test": target,
  };
  const open = (jobs = 4, over: StateTable = table) =>
    localWorld({ clock, table: over, registries, jobs, seed: jobs });
  const tags = () => [...(target.snapshot().get("app")?.tags.keys() ?? [])];
  return { clock, source, target, tags, open };
}

/** Moves time on until something is so: modules are loaded in real time. */
async function until(clock: VirtualClock, test: () => Promise<boolean> | boolean): Promise<void> {
  for (let steps = 0; !(await test()); steps++) {
    if (steps > 20_000) throw new Error("it is not so, however long one waits");
    await clock.advance(10);
  }
}

type World = ReturnType<ReturnType<typeof bed>["open"]>;

function untilEnded(clock: VirtualClock, { runs }: World, runId = "http-1"): Promise<void> {
  return until(clock, async () => (await runs.get(runId))?.state !== "running");
}

describe("the pipeline of one process", () => {
  it("copies a run and closes it as soon as its last task has ended", async () => {
    const { clock, source, target, open } = bed(5);
    const world = open();
    const { pipeline, openMachine, reportOf, events } = world;
    pipeline.use(openMachine());
    await clock.run(pipeline.open());
    await pipeline.start(RUN);
    await untilEnded(clock, world);
    expect(target.snapshot()).toEqual(source.snapshot());
    expect(await reportOf("http-1")).toMatchObject({ totals: { planned: 5, copied: 5 } });
    expect(events.at(-1)).toMatchObject({ type: "run.finished", runId: "http-1" });
    await clock.run(pipeline.stop(1_000));
  });

  it("closes a run that has nothing to copy", async () => {
    const { clock, open } = bed(2);
    const world = open();
    const { pipeline, openMachine, reportOf } = world;
    pipeline.use(openMachine());
    await pipeline.start(RUN);
    await untilEnded(clock, world);
    await pipeline.start({ ...RUN, runId: "http-2" });
    await untilEnded(clock, world, "http-2");
    expect(await reportOf("http-2")).toMatchObject({ totals: { planned: 2, unchanged: 2 } });
    await clock.run(pipeline.stop(1_000));
  });

  it("counts the requests of runs that are under way together apart", async () => {
    const { clock, open } = bed(6);
    const world = open(8);
    const { pipeline, openMachine, reportOf, scopes } = world;
    pipeline.use(openMachine());
    const other = policyOf("source.test/app", "target.test/other");
    await pipeline.start(RUN);
    await pipeline.start({ ...RUN, runId: "http-2", policies: [other] });
    for (const runId of ["http-1", "http-2"]) await untilEnded(clock, world, runId);
    const reports = await Promise.all(["http-1", "http-2"].map(reportOf));
    const counted = reports.map((report) => report?.requests["target.test"] ?? 0);
    for (const count of counted) expect(count).toBeGreaterThan(6);
    expect(counted[0] ?? 0).toBeLessThan(scopes.allRequests.get("target.test") ?? 0);
    expect((counted[0] ?? 0) + (counted[1] ?? 0)).toBe(scopes.allRequests.get("target.test"));
    await clock.run(pipeline.stop(1_000));
  });

  it("enters a run at once and lists it later, but right after a restart", async () => {
    const { clock, tags, open } = bed(1);
    const first = open(2);
    await first.pipeline.start(RUN, 60_000);
    expect(await first.runs.get("http-1")).toMatchObject({ state: "running" });
    await first.pipeline.stop(0);
    const second = open(4);
    second.pipeline.use(second.openMachine());
    await clock.run(second.pipeline.open());
    const sinceMs = clock.monotonicMs();
    await untilEnded(clock, second);
    expect(clock.monotonicMs() - sinceMs).toBeLessThan(30_000);
    expect(tags()).toEqual(["v0"]);
    await clock.run(second.pipeline.stop(1_000));
  });

  it("goes on with what a process that died had waiting and at work", async () => {
    const { clock, source, target, tags, open } = bed(8);
    const first = open(2);
    const real = first.openMachine();
    let begun = 0;
    first.pipeline.use({
      ...real,
      pipeline: {
        ...real.pipeline,
        // The third task is claimed and never heard of again, and so are all others.
        work: async (message, options) => {
          if (++begun <= 2) return real.pipeline.work(message, options);
          await first.tasks.claim(message.runId, message.taskId, {
            owner: "dead",
            leaseMs: 90_000,
          });
          return new Promise(() => undefined);
        },
      },
    });
    await first.pipeline.start(RUN);
    await until(clock, () => begun === 4);
    expect(tags()).toHaveLength(2);

    const second = open(4);
    second.pipeline.use(second.openMachine());
    await clock.run(second.pipeline.open());
    await until(clock, () => tags().length === 6);
    // What waited is there; what was at work waits for the end of its lease.
    await clock.advance(5_000);
    expect(tags()).toHaveLength(6);
    await untilEnded(clock, second);
    expect(target.snapshot()).toEqual(source.snapshot());
    expect(await second.reportOf("http-1")).toMatchObject({ totals: { planned: 8, copied: 8 } });
    await clock.run(second.pipeline.stop(1_000));
  });

  it("closes at its start a run whose tasks had all ended", async () => {
    const { clock, tags, open } = bed(2);
    const first = open(2);
    const real = first.openMachine();
    const never = () => new Promise<never>(() => undefined);
    first.pipeline.use({ ...real, pipeline: { ...real.pipeline, sweep: never } });
    await first.pipeline.start(RUN);
    await until(clock, () => tags().length === 2);
    await clock.advance(1_000);
    expect(await first.runs.get("http-1")).toMatchObject({ state: "running" });
    const second = open(4);
    second.pipeline.use(second.openMachine());
    await clock.run(second.pipeline.open());
    await untilEnded(clock, second);
    expect(await second.runs.get("http-1")).toMatchObject({ state: "finished" });
  });

  it("forgets what a cancelled run has waiting", async () => {
    const { clock, tags, open } = bed(6);
    const { pipeline, openMachine, runs, events } = open(1);
    const real = openMachine();
    pipeline.use({
      ...real,
      pipeline: {
        ...real.pipeline,
        work: async (message, options) => {
          await clock.sleep(1_000);
          return real.pipeline.work(message, options);
        },
      },
    });
    await pipeline.start(RUN);
    await until(clock, () => tags().length > 0);
    await runs.cancel("http-1");
    pipeline.drop("http-1");
    await clock.advance(60_000);
    expect(tags().length).toBeLessThan(6);
    expect(await runs.get("http-1")).toMatchObject({ state: "interrupted" });
    expect(events.filter(({ type }) => type === "run.finished")).toHaveLength(1);
    await clock.run(pipeline.stop(1_000));
  });
});
