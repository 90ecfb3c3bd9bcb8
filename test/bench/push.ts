import { setTimeout as delay } from "node:timers/promises";
import { randomImage } from "../support/random-image.ts";
import { openServeBed, type ServeBed } from "../support/serve-bed.ts";
import { median } from "./median.ts";

// How long a push takes to be at its target: 50 images, one after the other, are pushed to a
// registry that notifies `imageferry serve`, and asked for at the target.

const PUSHES = 50;
const MEDIAN_MS_MAX = 2_000;
const POLL_MS = 5;
const LAYER_BYTES = 256 * 1024;

const bed = await openServeBed();
if ("missing" in bed) throw new Error(`${bed.missing} is not on PATH`);
try {
  const latencies = await measure(bed);
  const [middle, worst] = [median(latencies), Math.max(...latencies)];
  console.log(`${PUSHES} pushes: median ${middle} ms, worst ${worst} ms`);
  process.exitCode = middle < MEDIAN_MS_MAX ? 0 : 1;
} finally {
  await bed.close();
}

async function measure(bench: ServeBed): Promise<readonly number[]> {
  const { sourceHost, targetHost, source } = bench;
  await bench.configure([
    {
      name: "mirror",
      source: `${sourceHost}/app`,
      target: `${targetHost}/mirror/app`,
      triggers: { push: true },
    },
  ]);
  await bench.serve();
  const latencies: number[] = [];
  for (let index = 0; index < PUSHES; index++) {
    const image = randomImage({ seed: `push-${index}`, layers: [LAYER_BYTES, LAYER_BYTES] });
    await source.push(`app:v${index}`, image);
    const sinceMs = performance.now();
    await untilEqual(bench, `mirror/app:v${index}`, image.root.digest);
    latencies.push(Math.round(performance.now() - sinceMs));
  }
  return latencies;
}

async function untilEqual({ target }: ServeBed, name: string, digest: string): Promise<void> {
  while ((await target.digest(name)) !== digest) await delay(POLL_MS);
}
