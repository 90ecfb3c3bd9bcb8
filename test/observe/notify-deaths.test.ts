import { describe, expect, it } from "vitest";
import { deadlineAfter } from "../../lib/base/deadline.ts";
import { Secret } from "../../lib/base/secret.ts";
import { createNotifier } from "../../lib/observe/notify.ts";
import { createActiveRuns } from "../../lib/state/active-runs.ts";
import { createRunLedger } from "../../lib/state/run-ledger.ts";
import { createTaskLedger } from "../../lib/state/task-ledger.ts";
import { createTaskReader } from "../../lib/state/task-reader.ts";
import { createUntoldRuns } from "../../lib/state/untold-runs.ts";
import { sweep } from "../../lib/sync/sweep.ts";
import { createReaper, type Death, type DyingProcess } from "../support/dying-process.ts";
import { randomImage } from "../support/random-image.ts";
import { createRunWorld, type RunWorld } from "../support/run-world.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { policyOf } from "../support/sync-world.ts";
import { notification } from "./notify-bed.ts";

const IMAGE = randomImage({ seed: "mourned" });
const RUN = "run-1";
const MINUTE_MS = 60_000;
const MINUTES_MAX = 10;

/** A run whose tasks have all ended, and that nobody has closed yet. */
async function workedOff(): Promise<RunWorld> {
  const made = createRunWorld({ image: IMAGE });
  made.source.seed("app", IMAGE, "v1", "v2");
  await made.clock.run(made.start(RUN, [policyOf("source.test/app", "target.test/app")]));
  await made.clock.run(made.orchestrate(RUN));
  for (const order of made.tasks) await made.clock.run(made.work(order));
  return made;
}

interface Mail {
  /** Ids of the deliveries that arrived. */
  readonly arrived: string[];
}

/** Sweeps and tells as one invocation of the sweeper does. */
async function invoke(made: RunWorld, process: DyingProcess, mail: Mail): Promise<void> {
  const clock = process.clock(made.clock);
  const table = process.table(made.table);
  const parts = { clock, random: seededRandom(mail.arrived.length + 7) };
  const runs = createRunLedger(table, parts);
  const notices = createNotifier({
    ...{ ...parts, runs, notifications: [notification({ allowPrivate: false })] },
    tasks: createTaskLedger(table, parts),
    untold: createUntoldRuns(table, parts),
    resolve: async () => new Secret("https://hooks.example/ops"),
    emit: () => undefined,
    userAgent: "imageferry/test",
    transportFor: () => ({
      send: ({ headers }) =>
        process.effect(async () => {
          mail.arrived.push(headers?.["x-imageferry-delivery"] ?? "");
          return {
            status: 200,
            headers: { get: () => undefined, all: () => [] },
            body: (async function* () {})(),
            discard: async () => undefined,
          };
        }),
      close: async () => undefined,
    }),
  });
  const ports = {
    ...{ clock, runs, notices, emit: () => undefined },
    taskReader: createTaskReader(table),
    active: createActiveRuns(table),
    dispatcher: { dispatch: async () => undefined },
    launcher: { launch: async () => undefined },
  };
  const deadline = deadlineAfter(clock, MINUTE_MS);
  await sweep(ports, { deadline, signal: new AbortController().signal });
  await notices.tell(10_000);
}

/** Sweeps every minute until the run has ended and nobody is left to be told. */
async function mourn(deaths: readonly Death[]) {
  const made = await workedOff();
  const reaper = createReaper(deaths);
  const mail: Mail = { arrived: [] };
  const parts = { clock: made.clock, random: seededRandom(5) };
  const untoldRows = async () => {
    const rows: unknown[] = [];
    for await (const row of made.table.query("runs#untold")) rows.push(row);
    return rows.length;
  };
  for (let minute = 0; minute < MINUTES_MAX; minute++) {
    const process = reaper.process();
    await made.clock.run(Promise.race([invoke(made, process, mail), process.died]));
    process.kill();
    const run = await createRunLedger(made.table, parts).get(RUN);
    if (run?.state === "finished" && (await untoldRows()) === 0) {
      return { arrived: mail.arrived, effects: reaper.effects };
    }
    await made.clock.advance(MINUTE_MS);
  }
  throw new Error(`not told in time: ${JSON.stringify(deaths)}`);
}

describe("telling, with processes that die", () => {
  it("happens at least once, wherever one dies, and repeated under one id", async () => {
    const { arrived, effects } = await mourn([]);
    expect(arrived).toHaveLength(1);
    expect(effects).toBeGreaterThan(10);
    let repeated = 0;
    for (let effect = 0; effect < effects; effect++) {
      for (const after of [false, true]) {
        const told = await mourn([{ effect, after }]);
        expect(told.arrived.length, `${effect} ${after}`).toBeGreaterThanOrEqual(1);
        expect(told.arrived.length).toBeLessThanOrEqual(2);
        expect(new Set(told.arrived).size).toBe(1);
        if (told.arrived.length === 2) repeated++;
      }
    }
    // Only between sending and noting it.
    expect(repeated).toBe(2);
  });
});
