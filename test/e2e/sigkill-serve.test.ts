import { setTimeout as delay } from "node:timers/promises";
import { describe, it } from "vitest";
import { openKillScene } from "../support/kills/kill-scene.ts";
import { unlikeContent } from "../support/kills/unlike-content.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { API_CONFIG } from "../support/serve-bed.ts";
import { serveClient } from "../support/serve-client.ts";
import { startServe } from "../support/serve-process.ts";
import { THOROUGH } from "../support/thoroughness.ts";

const SEEDS = Array.from({ length: THOROUGH ? 20 : 3 }, (_, seed) => seed);
const KILL_SHARE_MAX = 0.9;
/** Of four layers at once the last chunk is lost, and what came since is read again. */
const TRANSFER_MAX = 1.15;
/** Whoever starts after a kill waits for the leases of the dead one: a minute and a half. */
const TEST_MS_MAX = 400_000;
const LOOK_EVERY_MS = 20;

describe.concurrent("a server is killed in the middle of a run", { timeout: TEST_MS_MAX }, () => {
  it.for(SEEDS)("the next one ends the run: seed %i", async (seed, { expect, onTestFinished }) => {
    const scene = await openKillScene("fake", (close) => onTestFinished(close));
    if (typeof scene === "string") throw new Error(scene);
    const { bench, images, imageBytes, sentBytes, sync } = scene;
    const [, source, target] = sync;
    const config = await bench.configure([{ name: "mirror", source, target }], API_CONFIG);
    const serve = async () => {
      const args = [...config, ...bench.flags];
      const server = await startServe({ cwd: bench.folder, args });
      onTestFinished(async () => {
        server.signal("SIGKILL");
        await server.ended;
      });
      return server;
    };
    const killAt = seededRandom(seed).next() * KILL_SHARE_MAX * imageBytes;

    const first = await serve();
    const started = await serveClient(first.url).post("/runs", { policies: ["mirror"] });
    expect(started).toMatchObject({ status: 202 });
    while (sentBytes() < killAt) await delay(LOOK_EVERY_MS);
    first.signal("SIGKILL");
    expect(await first.ended).toMatchObject({ signal: "SIGKILL" });

    const second = await serve();
    const runId = String(started.body["runId"]);
    const run = await serveClient(second.url).untilRun(runId, "finished");
    expect(run).toMatchObject({ totals: { planned: images.size, copied: images.size, failed: 0 } });
    expect(await unlikeContent(scene.targetHost, scene.repository, images)).toEqual([]);
    expect(sentBytes() / imageBytes).toBeLessThanOrEqual(TRANSFER_MAX);
  });
});
