import { afterAll, describe, expect, it } from "vitest";
import { type KillScene, type KillTarget, openKillScene } from "../support/kills/kill-scene.ts";
import { unlikeContent } from "../support/kills/unlike-content.ts";
import { runCli } from "../support/run-cli.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { THOROUGH } from "../support/thoroughness.ts";

/** Of everything there is to send, a kill strikes before so much of it was sent. */
const KILL_SHARE_MAX = 0.97;
const TRANSFER_MAX = 1.1;

const TEST_MS_MAX = 240_000;
const LOOK_EVERY_MS = 20;
const TIMES: readonly (readonly [KillTarget, number])[] = THOROUGH
  ? [
      ["fake", 80],
      ["registry", 40],
      ["docker-registry", 80],
    ]
  : [
      ["fake", 4],
      ["registry", 4],
      ["docker-registry", 4],
    ];

const RUNS = TIMES.flatMap(([kind, times]) =>
  Array.from({ length: times }, (_, seed) => ({ kind, seed })),
);

describe.concurrent("kill -9 at a random byte, and the same command again", {
  timeout: TEST_MS_MAX,
}, () => {
  const ratios = new Map<KillTarget, number[]>();

  it.for(RUNS)("$kind, seed $seed", async ({ kind, seed }, { expect, skip, onTestFinished }) => {
    const scene = await openKillScene(kind, (close) => onTestFinished(close));
    if (typeof scene === "string") return skip(scene);
    const killAt = seededRandom(seed).next() * KILL_SHARE_MAX * scene.imageBytes;

    await killSync(scene, killAt);
    const rerun = await scene.bench.run(scene.sync, { timeoutMs: TEST_MS_MAX });
    expect(rerun, rerun.stderr).toMatchObject({ exitCode: 0 });
    expect(rerun.report.totals).toMatchObject({ planned: scene.images.size, failed: 0 });
    expect(await unlikeContent(scene.targetHost, scene.repository, scene.images)).toEqual([]);
    const ratio = scene.sentBytes() / scene.imageBytes;
    ratios.set(kind, [...(ratios.get(kind) ?? []), ratio]);
    expect(ratio).toBeLessThanOrEqual(TRANSFER_MAX);
  });

  afterAll(() => {
    for (const [kind, all] of ratios) {
      const mean = all.reduce((sum, ratio) => sum + ratio, 0) / all.length;
      console.log(
        `${all.length} kills on the way to ${kind}: every byte right, ` +
          `sent ${mean.toFixed(3)} times the image at the mean, ${Math.max(...all).toFixed(3)} at most`,
      );
    }
  });
});

/** Runs the command, and kills it once so much has been sent. */
async function killSync({ bench, sync, sentBytes }: KillScene, killAt: number): Promise<void> {
  const killed = await runCli([...sync, ...bench.flags], {
    cwd: bench.folder,
    interrupt: { signal: "SIGKILL", everyMs: LOOK_EVERY_MS, when: () => sentBytes() >= killAt },
    timeoutMs: TEST_MS_MAX,
  });
  expect(killed, killed.stderr).toMatchObject({ exitCode: null, signal: "SIGKILL" });
}
