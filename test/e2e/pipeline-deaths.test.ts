import { setTimeout as delay } from "node:timers/promises";
import { describe, it } from "vitest";
import type { Random } from "../../lib/base/random.ts";
import { startAlibabaCloud } from "../support/pipeline/alibaba-cloud.ts";
import { awaitRun, startCloudRun, tasksOf } from "../support/pipeline/await-run.ts";
import { startAwsCloud } from "../support/pipeline/aws-cloud.ts";
import { startMigration } from "../support/pipeline/migration.ts";
import type { CloudSettings, PipelineCloud } from "../support/pipeline/pipeline-cloud.ts";
import { seededRandom } from "../support/seeded-random.ts";

const REPOSITORIES = 3;
const TAGS = 36;
/** Short lives have short leases, which is what others wait for after a death. */
const LIMITS = { workers: 4, lifeMs: 8000 };
const TEST_MS_MAX = 600_000;
/** So many of each are killed at most. */
const DEATHS = { orchestrator: 4, worker: 8, sweeper: 4 } as const;
const ENDS: ReadonlySet<string> = new Set(["succeeded", "killed", "timedOut"]);
/** Time between two looks whether somebody is to be killed, at most. */
const LOOK_MS_MAX = 200;

const CLOUDS: readonly {
  readonly what: string;
  readonly seed: number;
  readonly start: (settings: CloudSettings) => Promise<PipelineCloud>;
}[] = [
  { what: "Lambda, SQS and DynamoDB", seed: 1, start: startAwsCloud },
  {
    what: "Function Compute 3 and Tablestore",
    seed: 2,
    start: (settings) => startAlibabaCloud({ ...settings, generation: "fc3", table: "tablestore" }),
  },
];

// Whoever waits for a lease to end needs no processor: both at once.
describe.concurrent("whichever function is killed", () => {
  it.for(CLOUDS)(
    "the run ends, and its report is right: $what",
    { timeout: TEST_MS_MAX },
    async ({ what, seed, start }, { expect, onTestFinished }) => {
      const migration = await startMigration({
        repositories: REPOSITORIES,
        tagsPerRepository: TAGS / REPOSITORIES,
      });
      onTestFinished(() => migration.stop());
      const cloud = await start({ ...LIMITS, configFile: migration.configFile });
      onTestFinished(() => cloud.stop());

      const deaths = startDeaths(cloud, seededRandom(seed));
      const runId = await startStubbornly(cloud);
      const report = await awaitRun(cloud, runId, { timeoutMs: TEST_MS_MAX, sweepsMayFail: true });
      const killed = await deaths.end();
      console.log(`${what}: killed`, killed, `in ${report.elapsedMs} ms`);

      for (const count of Object.values(killed)) expect(count).toBeGreaterThan(0);
      expect(report.enumerated).toBe(true);
      expect(report.totals).toMatchObject({ planned: TAGS, copied: TAGS, unchanged: 0, failed: 0 });
      const rows = await tasksOf(cloud, runId);
      expect(rows.map(({ state }) => state)).toEqual(Array(TAGS).fill("copied"));
      expect(await migration.differing()).toEqual([]);
      // Where the machine is very busy, time kills as well.
      const ends = cloud.invocations.filter(({ outcome }) => !ENDS.has(outcome));
      expect(ends.map(({ functionName, outcome, log }) => [functionName, outcome, log])).toEqual(
        [],
      );
    },
  );
});

/** Calls until it is answered, as a caller does whose call broke; the key makes it one run. */
async function startStubbornly(cloud: PipelineCloud): Promise<string> {
  for (;;) {
    const runId = await startCloudRun(cloud, { idempotencyKey: "once" }).catch(() => undefined);
    if (runId !== undefined) return runId;
  }
}

/** Begins to kill functions at random moments, until it is ended; tells how many were killed. */
function startDeaths(cloud: PipelineCloud, random: Random) {
  const killed = { orchestrator: 0, worker: 0, sweeper: 0 };
  const names = ["orchestrator", "worker", "sweeper"] as const;
  const over = new AbortController();
  const killing = (async () => {
    while (!over.signal.aborted) {
      await delay(random.next() * LOOK_MS_MAX);
      for (const name of names) {
        const isSpared = killed[name] >= DEATHS[name] || random.next() < 1 / 2;
        if (!isSpared) killed[name] += cloud.kill(name, 1);
      }
    }
  })();
  return {
    async end() {
      over.abort();
      await killing;
      return killed;
    },
  };
}
