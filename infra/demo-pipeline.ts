import { execFileSync } from "node:child_process";
import { formatBytes } from "../lib/base/units.ts";
import type { InvocationRecord } from "../test/support/function-host/invocation-record.ts";
import { awaitRun, startCloudRun } from "../test/support/pipeline/await-run.ts";
import { type Migration, startMigration } from "../test/support/pipeline/migration.ts";
import type { PipelineCloud } from "../test/support/pipeline/pipeline-cloud.ts";
import { runCli } from "../test/support/run-cli.ts";

const REPOSITORIES = 3;
const TAGS_PER_REPOSITORY = 8;
const TAGS = REPOSITORIES * TAGS_PER_REPOSITORY;

/**
 * Runs a sample migration on an emulated cloud and shows it, then the same again, which finds
 * nothing to do.
 */
export async function demoPipeline(
  start: (configFile: string) => Promise<PipelineCloud>,
): Promise<void> {
  title("Build");
  execFileSync("npm", ["run", "--silent", "build"], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  title("Two registries");
  const migration = await startMigration({
    repositories: REPOSITORIES,
    tagsPerRepository: TAGS_PER_REPOSITORY,
  });
  try {
    const { source, target } = migration;
    console.log(`source  ${source.host}  ${TAGS} tags in ${REPOSITORIES} repositories`);
    console.log(`target  ${target.host}  empty`);
    const cloud = await start(migration.configFile);
    try {
      await demoRuns(cloud, migration);
    } finally {
      await cloud.stop();
    }
  } finally {
    await migration.stop();
  }
}

async function demoRuns(cloud: PipelineCloud, migration: Migration): Promise<void> {
  title(`A run on ${cloud.name}`);
  const runId = await startCloudRun(cloud, {});
  console.log(`the orchestrator entered run ${runId}`);
  const { totals } = await awaitRun(cloud, runId);
  showInvocations(cloud.invocations);
  expect(totals.copied === TAGS, `${totals.copied} of ${TAGS} tags are copied`);
  const differing = await migration.differing();
  expect(differing.length === 0, `${differing.join(", ")} differ at the target`);
  console.log(`Checked: all ${TAGS} digests at the target are those of the source.`);

  title(`imageferry report ${runId} --state ${cloud.state}`);
  const options = { env: cloud.env };
  const { stdout, stderr } = await runCli(["report", runId, "--state", cloud.state], options);
  process.stdout.write(`${stderr}${stdout}`);

  title("The same again");
  const before = cloud.invocations.length;
  const again = await awaitRun(cloud, await startCloudRun(cloud, {}));
  const since = cloud.invocations.slice(before);
  showInvocations(since);
  expect(again.totals.unchanged === TAGS, `not all of ${TAGS} tags are unchanged`);
  const workers = since.filter(({ functionName }) => functionName === "worker");
  expect(workers.length === 0, "a worker was invoked");
  console.log("Checked: nothing moved, and no worker was invoked.");
}

/** One line for each function. */
function showInvocations(invocations: readonly InvocationRecord[]): void {
  for (const name of ["orchestrator", "worker", "sweeper"]) {
    const of = invocations.filter(({ functionName }) => functionName === name);
    const cold = of.filter(({ isCold }) => isCold).length;
    const billedMs = of.reduce((sum, record) => sum + record.billedMs, 0);
    const peakMib = Math.max(0, ...of.map(({ peakRssMib }) => peakRssMib));
    const peak = formatBytes(peakMib * 1024 * 1024);
    console.log(
      `${name.padEnd(12)} ${String(of.length).padStart(3)} invocations, ${cold} of them cold, ` +
        `${(billedMs / 1000).toFixed(1)} s, at most ${peak}`,
    );
  }
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(`The demo failed: ${otherwise}.`);
}

function title(text: string): void {
  console.log(`\n== ${text}`);
}
