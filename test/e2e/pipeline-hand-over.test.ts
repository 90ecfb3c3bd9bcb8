import { expect, it, onTestFinished } from "vitest";
import { openProbe } from "../support/e2e-client.ts";
import { awaitRun, startCloudRun } from "../support/pipeline/await-run.ts";
import { startAwsCloud } from "../support/pipeline/aws-cloud.ts";
import { startFakeMigration } from "../support/pipeline/fake-migration.ts";
import { THOROUGH } from "../support/thoroughness.ts";

const MIB = 1024 ** 2;
const ONE_MIB = THOROUGH ? 2048 : 768;
const EACH_MIB = THOROUGH ? 2048 : 512;
const LIFE_MS = THOROUGH ? 10_000 : 6000;
const OVER_TRANSFER_MAX = 0.02;
const TEST_MS_MAX = 600_000;

/** Each tag is a task, and has a worker. */
const CASES = [
  { what: `a layer of ${ONE_MIB} MiB`, mib: ONE_MIB, tags: ["v0"], seeds: ["large layer 1"] },
  {
    what: `two layers of ${EACH_MIB} MiB, for which two workers race,`,
    mib: EACH_MIB,
    tags: ["v0", "v1"],
    seeds: ["large layer 1", "large layer 2"],
  },
];

it.each(CASES)(
  `brings $what over by workers of 128 MB that live ${LIFE_MS / 1000} s`,
  {
    timeout: TEST_MS_MAX,
  },
  async ({ mib, tags, seeds }) => {
    const layerBytes = mib * MIB;
    const migration = await startFakeMigration({
      repositories: ["team/large"],
      // What is cut off is gone with its session, as with the registry of Debian.
      registries: { keepBytesMax: 1024 ** 2, quirks: { dieOnCut: true } },
    });
    onTestFinished(() => migration.stop());
    const { source, target, configFile } = migration;
    const layers = seeds.map((seed) => ({ bytes: layerBytes, seed }));
    await source.seed(
      tags.map((tag) => ({ repository: "team/large", tag, image: { seed: tag, layers } })),
    );
    const cloud = await startAwsCloud({ memoryMb: 128, workers: 2, lifeMs: LIFE_MS, configFile });
    onTestFinished(() => cloud.stop());

    const runId = await startCloudRun(cloud, {});
    const report = await awaitRun(cloud, runId, { timeoutMs: TEST_MS_MAX, sweepMs: 3000 });

    const { length: planned } = tags;
    expect(report.totals).toMatchObject({ planned, copied: planned, failed: 0, suspended: 0 });
    const [from, to] = [openProbe(source.host), openProbe(target.host)];
    onTestFinished(() => Promise.all([from.close(), to.close()]).then(() => undefined));
    for (const tag of tags) {
      const digest = await from.digest(`team/large:${tag}`);
      expect(digest).toBeDefined();
      expect(await to.digest(`team/large:${tag}`)).toBe(digest);
    }

    const [sent, arrived] = [await source.traffic(), await target.traffic()];
    const wantedBytes = seeds.length * layerBytes;
    const overTransfer = {
      source: sent.blobBytesOut / wantedBytes - 1,
      target: arrived.blobBytesIn / wantedBytes - 1,
    };
    const workers = cloud.invocations.filter(({ functionName }) => functionName === "worker");
    const peakMib = Math.max(...workers.map(({ peakRssMib }) => peakRssMib));
    console.log(
      `${workers.length} workers, at most ${peakMib.toFixed(0)} MiB; read ` +
        `${percent(overTransfer.source)} and sent ${percent(overTransfer.target)} too much`,
    );
    expect(overTransfer.source).toBeLessThanOrEqual(OVER_TRANSFER_MAX);
    expect(overTransfer.target).toBeLessThanOrEqual(OVER_TRANSFER_MAX);
    expect(new Set(arrived.uploads).size).toBe(arrived.uploads.length);
    expect(workers.length).toBeGreaterThan(planned);
    expect(new Set(workers.map(({ outcome }) => outcome))).toEqual(new Set(["succeeded"]));
  },
);

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
