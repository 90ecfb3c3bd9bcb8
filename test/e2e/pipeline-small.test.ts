import { expect, it, onTestFinished } from "vitest";
import { startAlibabaCloud } from "../support/pipeline/alibaba-cloud.ts";
import { awaitRun, startCloudRun } from "../support/pipeline/await-run.ts";
import { startAwsCloud } from "../support/pipeline/aws-cloud.ts";
import { startMigration } from "../support/pipeline/migration.ts";
import type { PipelineCloud } from "../support/pipeline/pipeline-cloud.ts";

const TAGS = 12;

/** A pipeline on each combination of platform and table that is offered. */
const CLOUDS: readonly {
  readonly what: string;
  readonly start: (configFile: string) => Promise<PipelineCloud>;
}[] = [
  { what: "Lambda, SQS and DynamoDB", start: (configFile) => startAwsCloud({ configFile }) },
  {
    what: "Function Compute 3 and Tablestore",
    start: (configFile) =>
      startAlibabaCloud({ configFile, generation: "fc3", table: "tablestore" }),
  },
  {
    what: "Function Compute 2 and DynamoDB",
    start: (configFile) => startAlibabaCloud({ configFile, generation: "fc2", table: "dynamodb" }),
  },
];

it.each(CLOUDS)("migrates twelve tags of two repositories on $what", async ({ start }) => {
  const migration = await startMigration({ repositories: 2, tagsPerRepository: TAGS / 2 });
  onTestFinished(() => migration.stop());
  const cloud = await start(migration.configFile);
  onTestFinished(() => cloud.stop());

  const report = await awaitRun(cloud, await startCloudRun(cloud, {}));
  expect(report.totals).toMatchObject({ planned: TAGS, copied: TAGS, failed: 0 });
  expect(await migration.differing()).toEqual([]);
  const failed = cloud.invocations.filter(({ outcome }) => outcome !== "succeeded");
  expect(failed.map(({ functionName, log }) => [functionName, log])).toEqual([]);

  const workersBefore = cloud.invocations.filter(({ functionName }) => functionName === "worker");
  const again = await awaitRun(cloud, await startCloudRun(cloud, {}));
  expect(again.totals).toMatchObject({ planned: TAGS, unchanged: TAGS, copied: 0 });
  const workers = cloud.invocations.filter(({ functionName }) => functionName === "worker");
  expect(workers).toHaveLength(workersBefore.length);
});
