import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../lib/base/system-clock.ts";
import type { FakeProcessOptions, SeededTag } from "../support/e2e-fake-main.ts";
import { awaitRun, startCloudRun } from "../support/pipeline/await-run.ts";
import { startAwsCloud } from "../support/pipeline/aws-cloud.ts";
import { type FakeMigration, startFakeMigration } from "../support/pipeline/fake-migration.ts";
import { measure } from "./measure.ts";
import { findTools, missingTools, type Tool } from "./tools.ts";

const USAGE = `Usage: npm run bench:pipeline -- [--tags 1000] [--latency 40] [--workers 20]
         [--tools crane,regsync]

Copies tags that share a layer through the pipeline, whose workers run the built bundles on an
emulated AWS, and with the peers on PATH, each on an empty target. Both ends are test registries
that wait that many milliseconds before each answer. The pipeline begins cold, and its time ends
when its run is closed.`;

const { values } = parseArgs({
  options: {
    tags: { type: "string", default: "1000" },
    latency: { type: "string", default: "40" },
    workers: { type: "string", default: "20" },
    tools: { type: "string" },
    help: { type: "boolean", short: "h" },
  },
});

/** The pipeline may take so much of the best peer's time. */
const RATIO_MAX = 1 / 2;
const REPOSITORY = "bench/corpus";
const RUN_MS_MAX = 3_600_000;
/** A sweep closes the run; it would come each minute. */
const SWEEP_MS = 500;

if (values.help) console.log(USAGE);
else await main();

async function main(): Promise<void> {
  const missing = await missingTools();
  if (missing.length > 0) console.log(`not on PATH, so left out: ${missing.join(", ")}\n`);
  const rows = [{ name: `pipeline of ${values.workers}`, seconds: await pipelineSeconds() }];
  for (const tool of (await findTools()).filter(({ name }, index) => isPeer(name, index))) {
    try {
      rows.push({ name: tool.name, seconds: await toolSeconds(tool) });
    } catch (error) {
      console.log(`${tool.name} is left out, it took too long or failed: ${error}`);
    }
  }
  const [ours = 0, ...theirs] = rows.map(({ seconds }) => seconds);
  console.log(`${values.tags} tags, ${values.latency} ms before each answer\n`);
  console.log("| tool | s | of the pipeline's |\n|---|---|---|");
  for (const { name, seconds } of rows) {
    console.log(`| ${name} | ${seconds.toFixed(1)} | ${(seconds / ours).toFixed(2)} |`);
  }
  const ratio = ours / Math.min(...theirs);
  console.log(`\nThe pipeline takes ${ratio.toFixed(2)} of the best peer's time.`);
  process.exitCode = ratio <= RATIO_MAX ? 0 : 1;
}

/** Our own command line stands first. */
function isPeer(name: string, index: number): boolean {
  const wanted = values.tools?.split(",");
  return index > 0 && (wanted === undefined || wanted.some((tool) => name.startsWith(tool)));
}

async function pipelineSeconds(): Promise<number> {
  return withMigration(async ({ configFile }) => {
    const cloud = await startAwsCloud({ configFile, workers: Number(values.workers) });
    try {
      const startMs = systemClock.monotonicMs();
      const runId = await startCloudRun(cloud, {});
      const options = { timeoutMs: RUN_MS_MAX, sweepMs: SWEEP_MS };
      const { totals } = await awaitRun(cloud, runId, options);
      const seconds = (systemClock.monotonicMs() - startMs) / 1000;
      if (totals.copied !== Number(values.tags)) {
        throw new Error(`the pipeline copied ${totals.copied} of ${values.tags} tags`);
      }
      return seconds;
    } finally {
      await cloud.stop();
    }
  });
}

async function toolSeconds(tool: Tool): Promise<number> {
  return withMigration(async ({ source, target }) => {
    const folder = await mkdtemp(join(tmpdir(), "imageferry-bench-"));
    try {
      const ends = { source: { host: source.host }, target: { host: target.host } };
      const command = await tool.command({ ...ends, repository: REPOSITORY, folder });
      return (await measure(command)).wallSeconds;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** Fills a source; its target is empty, and both are gone afterwards. */
async function withMigration<T>(task: (migration: FakeMigration) => Promise<T>): Promise<T> {
  const registries: FakeProcessOptions = { latencyMs: Number(values.latency) };
  const migration = await startFakeMigration({ registries, repositories: [REPOSITORY] });
  try {
    await migration.source.seed(
      Array.from({ length: Number(values.tags) }, (_, tag) => tagOf(tag)),
    );
    return await task(migration);
  } finally {
    await migration.stop();
  }
}

function tagOf(tag: number): SeededTag {
  const layers = [{ bytes: 1_000_000, seed: "base" }, 20_000, 20_000];
  return { repository: REPOSITORY, tag: `v${tag}`, image: { seed: `tag ${tag}`, layers } };
}
