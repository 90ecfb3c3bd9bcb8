import { expect, it, onTestFinished } from "vitest";
import { awaitRun, startCloudRun } from "../support/pipeline/await-run.ts";
import { startAwsCloud } from "../support/pipeline/aws-cloud.ts";
import { startMigration } from "../support/pipeline/migration.ts";

const MIB = 1024 * 1024;
const LAYER_BYTES = 768 * MIB;
const LIFE_MS = 6_000;
const TEST_MS_MAX = 600_000;

it("brings one layer over by workers that live six seconds, two of them at a time", {
  timeout: TEST_MS_MAX,
}, async () => {
  const migration = await startMigration({
    repositories: 1,
    tagsPerRepository: 2,
    sharedBytes: LAYER_BYTES,
  });
  onTestFinished(() => migration.stop());
  const cloud = await startAwsCloud({
    memoryMb: 128,
    workers: 2,
    lifeMs: LIFE_MS,
    configFile: migration.configFile,
  });
  onTestFinished(() => cloud.stop());

  const runId = await startCloudRun(cloud, {});
  const report = await awaitRun(cloud, runId, {
    timeoutMs: TEST_MS_MAX,
    meanwhile: async () => undefined,
  });

  expect(report.totals).toMatchObject({ planned: 2, copied: 2, failed: 0, suspended: 0 });
  expect(await migration.differing()).toEqual([]);
  expect([...migration.uploads].filter(([, count]) => count > 1)).toEqual([]);
  const workers = cloud.invocations.filter(({ functionName }) => functionName === "worker");
  expect(workers.length).toBeGreaterThan(3);
  expect(new Set(workers.map(({ outcome }) => outcome))).toEqual(new Set(["succeeded"]));
});
