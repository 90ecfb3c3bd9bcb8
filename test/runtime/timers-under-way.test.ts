import { describe, expect, it } from "vitest";
import { findUnderWay } from "../../lib/runtime/timers-under-way.ts";
import { createActiveRuns } from "../../lib/state/active-runs.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createRunLedger } from "../../lib/state/run-ledger.ts";
import { createRunParts } from "../../lib/state/run-parts.ts";
import { type RunStart, startRun } from "../../lib/sync/start-run.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { policyOf } from "../support/sync-world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const POLICY = policyOf("a.test/x", "b.test/x");

/** A table with these runs of the policy under way. */
async function withRuns(...starts: readonly Pick<RunStart, "runId" | "trigger">[]) {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const table = createMemoryTable({ clock });
  const ports = {
    ...{ clock, emit: () => undefined },
    runs: createRunLedger(table, { clock, random }),
    runParts: createRunParts(table, { clock }),
    active: createActiveRuns(table),
    launcher: { launch: async () => undefined },
  };
  for (const start of starts) await startRun({ ...start, policies: [POLICY] }, ports);
  return { ...ports, underWay: findUnderWay(table, { clock, random }) };
}

describe("the run of a policy that is under way", () => {
  it("is one that carries the whole policy out, whoever started it", async () => {
    const { underWay } = await withRuns({ runId: "http-1", trigger: "http" });
    expect(await underWay(POLICY.name, "timer-1")).toBe("http-1");
    expect(await underWay("another", "timer-1")).toBeUndefined();
  });

  it("is not the one that is to be started, nor one of a push", async () => {
    const { underWay } = await withRuns(
      { runId: "timer-1", trigger: "timer" },
      { runId: "webhook-1", trigger: "webhook" },
    );
    expect(await underWay(POLICY.name, "timer-1")).toBeUndefined();
    expect(await underWay(POLICY.name, "timer-2")).toBe("timer-1");
  });

  it("is none that has ended", async () => {
    const { underWay, runs } = await withRuns({ runId: "http-1", trigger: "http" });
    await runs.interrupt("http-1", {});
    expect(await underWay(POLICY.name, "timer-1")).toBeUndefined();
  });
});
