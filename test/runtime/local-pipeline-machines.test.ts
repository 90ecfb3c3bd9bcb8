import { describe, expect, it } from "vitest";
import { FerryError } from "../../lib/base/error.ts";
import type { Machine } from "../../lib/runtime/local-pipeline.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { localWorld } from "../support/local-world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

/** A process between no registries. */
function open() {
  const clock = new VirtualClock();
  const table = createMemoryTable({ clock });
  return { clock, ...localWorld({ clock, table, registries: {} }) };
}

/** A machine that does what a test says, and ends well where it says nothing. */
function machineOf(pipeline: Partial<Machine["pipeline"]>, closed = () => undefined): Machine {
  const nothing = { runsSeen: 0, runsFinished: [], runsRelaunched: 0, tasksDispatched: 0 };
  return {
    pipeline: {
      orchestrate: async () => ({ kind: "done" }),
      work: async () => ({ kind: "done" }),
      sweep: async () => nothing,
      ...pipeline,
    },
    close: async () => closed(),
  };
}

describe("the machines of a pipeline", () => {
  it("has what begins done by the newest machine, and closes those before when unused", async () => {
    const { clock, pipeline } = open();
    const log: string[] = [];
    const named = (name: string) =>
      machineOf(
        {
          work: async ({ taskId }) => {
            log.push(`${name} does ${taskId}`);
            await clock.sleep(1_000);
            return { kind: "done" };
          },
        },
        () => void log.push(`${name} is closed`),
      );
    const dispatch = (taskId: string) =>
      pipeline.dispatcher.dispatch([{ runId: "r", taskId, epoch: 0 }]);
    pipeline.use(named("old"));
    await dispatch("1");
    pipeline.use(named("new"));
    await dispatch("2");
    await clock.advance(2_000);
    expect(log).toEqual(["old does 1", "new does 2", "old is closed"]);
    await clock.run(pipeline.stop(1_000));
    expect(log.at(-1)).toBe("new is closed");
  });

  it.each([
    [5_000, true],
    [500, false],
  ])("stops within %i ms: %s", async (graceMs, inTime) => {
    const { clock, pipeline } = open();
    pipeline.use(
      machineOf({
        work: async (_, { signal }) => {
          await new Promise<void>((resolve) => {
            signal.addEventListener("abort", () => resolve(), { once: true });
          });
          await clock.sleep(1_000);
          return { kind: "handOn", delayMs: 0, epoch: 1 };
        },
      }),
    );
    await pipeline.dispatcher.dispatch([{ runId: "r", taskId: "t", epoch: 0 }]);
    const stopped = pipeline.stop(graceMs);
    expect(await clock.run(stopped)).toBe(inTime);
    await clock.advance(10_000);
    expect(pipeline.working).toBe(0);
  });

  it("lets what is at work come to a safe point before it cuts anything off", async () => {
    const { clock, pipeline } = open();
    let wasCut = false;
    pipeline.use(
      machineOf({
        work: async (_, { deadline, signal }) => {
          while (deadline.remainingMs() > 0) await clock.sleep(100);
          wasCut = signal.aborted;
          return { kind: "handOn", delayMs: 0, epoch: 1 };
        },
      }),
    );
    await pipeline.dispatcher.dispatch([{ runId: "r", taskId: "t", epoch: 0 }]);
    await clock.advance(1_050);
    const sinceMs = clock.monotonicMs();
    expect(await clock.run(pipeline.stop(30_000))).toBe(true);
    expect(clock.monotonicMs() - sinceMs).toBeLessThan(1_000);
    expect(wasCut).toBe(false);
  });

  it("tries again after a while what failed for want of the table", async () => {
    const { clock, pipeline, faults } = open();
    let asked = 0;
    pipeline.use(
      machineOf({
        work: async () => {
          if (++asked === 1) {
            throw new FerryError("busy", { code: "STATE_BUSY", remedy: "retry" });
          }
          if (asked === 2) throw new FerryError("gone", { code: "GONE", remedy: "giveUp" });
          return { kind: "done" };
        },
      }),
    );
    await pipeline.dispatcher.dispatch([{ runId: "r", taskId: "t", epoch: 0 }]);
    await clock.advance(60_000);
    expect(asked).toBe(2);
    expect(faults).toMatchObject([
      { runId: "r", what: "t", code: "STATE_BUSY" },
      { runId: "r", what: "t", code: "GONE" },
    ]);
    await clock.run(pipeline.stop(1_000));
  });

  it("sweeps every minute, also after a sweep that failed", async () => {
    const { clock, pipeline, faults } = open();
    let sweeps = 0;
    pipeline.use(
      machineOf({
        sweep: async () => {
          if (++sweeps === 1) throw new FerryError("busy", { code: "STATE_BUSY", remedy: "retry" });
          return { runsSeen: 0, runsFinished: [], runsRelaunched: 0, tasksDispatched: 0 };
        },
      }),
    );
    await clock.run(pipeline.open());
    await clock.advance(185_000);
    expect(sweeps).toBe(3);
    expect(faults).toMatchObject([{ what: "sweep", code: "STATE_BUSY" }]);
    await clock.run(pipeline.stop(1_000));
    await clock.advance(185_000);
    expect(sweeps).toBe(3);
  });
});
