import { expect, it, onTestFinished } from "vitest";
import { watermarkKey } from "../../lib/state/row-keys.ts";
import { encodeTagRow } from "../../lib/state/tag-row.ts";
import { DEFAULT_COPY_OPTIONS } from "../../lib/sync/policy.ts";
import type { RunReport } from "../../lib/sync/report.ts";
import { optionsHash } from "../../lib/sync/task-identity.ts";
import type { SeededTag } from "../support/e2e-fake-main.ts";
import type { InvocationRecord } from "../support/function-host/invocation-record.ts";
import { awaitRun, startCloudRun } from "../support/pipeline/await-run.ts";
import { startAwsCloud } from "../support/pipeline/aws-cloud.ts";
import { type FakeMigration, startFakeMigration } from "../support/pipeline/fake-migration.ts";
import type { PipelineCloud } from "../support/pipeline/pipeline-cloud.ts";
import { randomImage } from "../support/random-image.ts";

const TAGS = 10_000;
/** The changed ones lie all over the listing. */
const CHANGED = 25;
const STEP = TAGS / CHANGED;
const REPOSITORY = "team/many";
/** A registry far away: however fast the machine is, the listing takes several lives. */
const LATENCY_MS = 40;
const LIFE_MS = 8000;
/** Rows of one write. */
const ROWS_AT_ONCE = 500;
const TEST_MS_MAX = 600_000;

it(`finds ${CHANGED} changed tags among ${TAGS} in several short invocations, and then none`, {
  timeout: TEST_MS_MAX,
}, async () => {
  const migration = await startFakeMigration({
    registries: { latencyMs: LATENCY_MS },
    repositories: [REPOSITORY],
  });
  onTestFinished(() => migration.stop());
  const { source, target, configFile } = migration;
  const tags = Array.from({ length: TAGS }, (_, index) => tagOf(index, "first"));
  await Promise.all([source.seed(tags), target.seed(tags)]);
  const cloud = await startAwsCloud({ lifeMs: LIFE_MS, workers: 4, configFile });
  onTestFinished(() => cloud.stop());
  await markAll(cloud, migration, tags);
  await source.seed(
    Array.from({ length: CHANGED }, (_, index) => tagOf(index * STEP + 7, "second")),
  );

  const first = await observedRun(cloud);
  expect(first.report.totals).toMatchObject({
    ...{ planned: TAGS, copied: CHANGED, unchanged: TAGS - CHANGED, failed: 0 },
  });
  expect(first.orchestrators).toBeGreaterThan(1);
  expect(first.tasks).toBe(CHANGED);
  expect(invocationsOf(first)).toBeGreaterThanOrEqual(CHANGED + 2);
  // Whoever found nothing to do, or ran out of time, is not in the report.
  expect(invocationsOf(first)).toBeLessThanOrEqual(first.orchestrators + first.workers);

  const again = await observedRun(cloud);
  expect(again.report.totals).toMatchObject({ planned: TAGS, copied: 0, unchanged: TAGS });
  expect([again.tasks, again.workers]).toEqual([0, 0]);
  expect(invocationsOf(again)).toBeGreaterThan(0);
  expect(invocationsOf(again)).toBeLessThanOrEqual(again.orchestrators);
});

function tagOf(index: number, content: string): SeededTag {
  const layers = [{ bytes: 1000, seed: content }];
  return {
    repository: REPOSITORY,
    tag: `v${index}`,
    image: { seed: `${content} ${index}`, layers },
  };
}

/** Writes down what a run leaves that has copied all of them. */
async function markAll(
  { table }: PipelineCloud,
  { source, target }: FakeMigration,
  tags: readonly SeededTag[],
): Promise<void> {
  const from = { registry: source.host, repository: REPOSITORY };
  const to = { registry: target.host, repository: REPOSITORY };
  const writes = tags.map(({ tag, image }) => {
    const { digest } = randomImage(image).root;
    const digests = { sourceDigest: digest, targetDigest: digest };
    const mark = { ...digests, optionsHash: optionsHash(DEFAULT_COPY_OPTIONS), at: 0 };
    return { ...watermarkKey(from, to, tag), value: encodeTagRow({ mark }) };
  });
  for (let start = 0; start < writes.length; start += ROWS_AT_ONCE) {
    await table.putMany(writes.slice(start, start + ROWS_AT_ONCE));
  }
}

/** What a run took. */
interface ObservedRun {
  readonly report: RunReport;
  /** Invocations that listed, and that copied. */
  readonly orchestrators: number;
  readonly workers: number;
  /** Tasks that workers were given. */
  readonly tasks: number;
}

function invocationsOf({ report }: ObservedRun): number {
  return report.cost?.invocations ?? 0;
}

async function observedRun(cloud: PipelineCloud): Promise<ObservedRun> {
  const before = cloud.invocations.length;
  const runId = await startCloudRun(cloud, {});
  const started = cloud.invocations.length;
  const report = await awaitRun(cloud, runId, { timeoutMs: TEST_MS_MAX });
  const of = (name: string, from: number): readonly InvocationRecord[] =>
    cloud.invocations.slice(from).filter(({ functionName }) => functionName === name);
  const workers = of("worker", before);
  const observed = {
    report,
    orchestrators: of("orchestrator", started).length,
    workers: workers.length,
    tasks: new Set(workers.flatMap(({ event }) => taskIds(event))).size,
  };
  const { orchestrators, tasks } = observed;
  const { elapsedMs, cost } = report;
  console.log(`${orchestrators} orchestrators, ${tasks} tasks, ${elapsedMs} ms`, cost);
  return observed;
}

/** Of the messages in an event of a queue. */
function taskIds(event: Uint8Array): readonly string[] {
  const { Records }: { readonly Records: readonly { readonly body: string }[] } = JSON.parse(
    Buffer.from(event).toString("utf8"),
  );
  return Records.map(({ body }) => JSON.parse(body).taskId);
}
