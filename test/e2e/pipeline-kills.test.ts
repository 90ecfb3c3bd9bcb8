import { expect, it, onTestFinished } from "vitest";
import { startAlibabaCloud } from "../support/pipeline/alibaba-cloud.ts";
import { awaitRun, startCloudRun, tasksOf } from "../support/pipeline/await-run.ts";
import { startAwsCloud } from "../support/pipeline/aws-cloud.ts";
import { startMigration } from "../support/pipeline/migration.ts";
import type { CloudSettings, PipelineCloud } from "../support/pipeline/pipeline-cloud.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { THOROUGH } from "../support/thoroughness.ts";

const REPOSITORIES = 6;
const TAGS = THOROUGH ? 300 : 60;
const KILLS = THOROUGH ? 30 : 6;
const KILLS_AT_ONCE = 3;
const CUT_OFF_MAX = 5;
/** Of the tasks, so many are delivered twice at least. */
const DUPLICATE_SHARE_MIN = 0.2;
const DUPLICATE_SHARE = 0.3;
const TEST_MS_MAX = 900_000;

const LIMITS = { memoryMb: 128, workers: 20, lifeMs: THOROUGH ? 60_000 : 30_000 };

const CLOUDS: readonly {
  readonly what: string;
  readonly start: (settings: CloudSettings) => Promise<PipelineCloud>;
}[] = [
  { what: "Lambda, SQS and DynamoDB", start: startAwsCloud },
  {
    what: "Function Compute 3 and Tablestore",
    start: (settings) => startAlibabaCloud({ ...settings, generation: "fc3", table: "tablestore" }),
  },
];

it.each(CLOUDS)(
  `brings ${TAGS} tags over on $what, whatever is killed or delivered twice`,
  {
    timeout: TEST_MS_MAX,
  },
  async ({ start }) => {
    const migration = await startMigration({
      repositories: REPOSITORIES,
      tagsPerRepository: TAGS / REPOSITORIES,
    });
    onTestFinished(() => migration.stop());
    const cloud = await start({ ...LIMITS, configFile: migration.configFile });
    onTestFinished(() => cloud.stop());
    const random = seededRandom(42);
    const seen = new Set<string>();
    let duplicates = 0;
    let killed = 0;

    const runId = await startCloudRun(cloud, {});
    const report = await awaitRun(cloud, runId, {
      timeoutMs: TEST_MS_MAX,
      // One that runs out of time where the machine is very busy is made up for by the next.
      sweepsMayFail: true,
      meanwhile: async () => {
        const count = Math.min(KILLS_AT_ONCE, KILLS - killed);
        killed += cloud.kill("worker", count);
        for (const { taskId } of await tasksOf(cloud, runId)) {
          const isDuplicated = !seen.has(taskId) && random.next() < DUPLICATE_SHARE;
          seen.add(taskId);
          if (!isDuplicated) continue;
          duplicates++;
          await cloud.deliverAgain({ runId, taskId });
        }
      },
    });
    console.log(`${killed} workers killed, ${duplicates} tasks delivered again`);

    expect(killed).toBe(KILLS);
    expect(duplicates).toBeGreaterThanOrEqual(TAGS * DUPLICATE_SHARE_MIN);
    expect(report.totals).toMatchObject({ planned: TAGS, copied: TAGS, failed: 0, suspended: 0 });
    const states = (await tasksOf(cloud, runId)).map(({ state }) => state);
    expect(states).toEqual(Array(TAGS).fill("copied"));
    expect(await migration.differing()).toEqual([]);
    const twice = [...migration.uploads].filter(([, count]) => count > 1);
    // Whoever was killed may have ended an upload and told nobody.
    const extra = twice.reduce((sum, [, count]) => sum + count - 1, 0);
    expect(extra, JSON.stringify(twice)).toBeLessThanOrEqual(KILLS + CUT_OFF_MAX);
    const copying = cloud.invocations.filter(({ functionName }) => functionName !== "sweeper");
    const others = copying.filter(({ outcome }) => !["killed", "succeeded"].includes(outcome));
    // The platform may cut one off where the machine is very busy: that is one more kill.
    expect(others.map(({ outcome }) => outcome)).toEqual(others.map(() => "timedOut"));
    expect(others.length).toBeLessThanOrEqual(CUT_OFF_MAX);
    const peakMib = Math.max(...cloud.invocations.map(({ peakRssMib }) => peakRssMib));
    console.log(`${cloud.invocations.length} invocations, at most ${peakMib.toFixed(0)} MiB`);
  },
);
