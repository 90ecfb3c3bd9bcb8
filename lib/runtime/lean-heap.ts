import { getHeapSpaceStatistics } from "node:v8";
import type { Clock } from "../base/clock.ts";
import { setEngineFlag } from "../base/engine-flags.ts";
import { openGarbageCollector } from "../base/garbage-collector.ts";

/** Large enough for what a few dozen requests under way hold on to; V8 would go up to 32 MiB. */
const YOUNG_BYTES = 4 * 1024 * 1024;
const LOOK_MS = 50;
/** What ends before has no use for a full collection, which takes as long as a hundred requests. */
const FIRST_COLLECTION_MS = 3_000;

/**
 * Makes V8 favour a small heap from now on: a copy lives on few objects and much garbage, and has
 * to fit a function of 128 MB.
 *
 * The young generation stops growing at a few MiB. The old one grows in small steps, once a first
 * full collection has told V8 how little is alive; without it V8 waits for hundreds of megabytes.
 *
 * Only what runs long is optimised: a copy of a few hundred tags runs much code and little of it
 * long. The threads that optimise it took a sixth of all CPU time, and nothing went faster for it.
 */
export function keepHeapLean(clock: Clock): void {
  setEngineFlag("favourSize");
  setEngineFlag("optimizeLate");
  stopYoungGrowth(clock);
  clock.schedule(FIRST_COLLECTION_MS, () => openGarbageCollector().collectAll());
}

/** V8 takes the factor by which the young generation grows at any time, but no bound. */
function stopYoungGrowth(clock: Clock): void {
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
  if ((young?.space_size ?? YOUNG_BYTES) >= YOUNG_BYTES) {
    setEngineFlag("keepYoungSize");
  } else {
    clock.schedule(LOOK_MS, () => stopYoungGrowth(clock));
  }
}
