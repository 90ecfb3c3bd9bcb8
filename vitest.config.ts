import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/longest-first.ts";

/** A busy machine may fail a test of timing once; `infra/test.ts` names what passed the second time. */
const retry = 1;
const SIMULATION = "test/simulation/**/*.test.ts";
const MEASURED = ["test/e2e/memory.test.ts", "test/e2e/start-up.test.ts"];

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/bench/**", SIMULATION],
          pool: "threads",
          isolate: false,
          // Of two cores vitest would leave one idle.
          maxWorkers: "100%",
          setupFiles: ["test/support/fixed-seed.ts"],
          testTimeout: 20_000,
          retry,
        },
      },
      {
        test: {
          // Its clock is virtual: it may run beside anything, and last as long as that takes.
          name: "simulation",
          include: [SIMULATION],
          setupFiles: ["test/simulation/count-cpu-time.ts"],
          pool: "forks",
          // As many processes as cores, each with much garbage and little that stays: one thread each.
          execArgv: [
            "--single-threaded-gc",
            ...["--min-semi-space-size=32", "--max-semi-space-size=32"],
            "--no-lazy-feedback-allocation",
          ],
          isolate: false,
          maxWorkers: "100%",
          testTimeout: 1_800_000,
          retry,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: MEASURED,
          // Vitest runs projects together only if they have as many workers.
          sequence: { groupOrder: 1 },
          globalSetup: ["test/e2e/global-setup.ts"],
          pool: "forks",
          // They wait for leases and processes much of their time.
          maxWorkers: 3,
          // Those that run side by side wait most of the time.
          maxConcurrency: 10,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          retry,
        },
      },
      {
        test: {
          // Nothing else may run beside what is measured.
          name: "measured",
          include: MEASURED,
          globalSetup: ["test/e2e/global-setup.ts"],
          pool: "forks",
          fileParallelism: false,
          testTimeout: 180_000,
          retry,
        },
      },
    ],
  },
});
