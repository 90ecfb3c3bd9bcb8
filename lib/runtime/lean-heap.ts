import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8";
import type { Clock } from "../base/clock.ts";
import { setEngineFlag, unsetEngineFlag } from "../base/engine-flags.ts";
import { openGarbageCollector } from "../base/garbage-collector.ts";

/** Large enough for what the requests under way hold on to; V8 would go on to twice as much. */
const YOUNG_BYTES = 16 * 1024 * 1024;
const LOOK_MS = 50;
/**
 * A full collection takes as long as a hundred requests. What ends before it has grown to here, or
 * soon, has no use for one: the program alone takes half of it.
 */
const FIRST_COLLECTION_BYTES = 28 * 1024 * 1024;
const FIRST_COLLECTION_MS = 10_000;

/**
 * Makes V8 favour a small heap from now on: a copy lives on few objects and much garbage, and has
 * to fit a function of 128 MB.
 *
 * The young generation stops growing at 16 MiB. The old one grows in small steps, once a first
 * full collection has told V8 how little is alive; without it V8 waits for hundreds of megabytes.
 * Until then nothing is marked ahead, which would take a twentieth of the time of a short run.
 *
 * Only what runs long is optimised: a copy of a few hundred tags runs much code and little of it
 * long. The threads that optimise it took a sixth of all CPU time, and nothing went faster for it.
 */
export function keepHeapLean(clock: Clock): void {
  setEngineFlag("favourSize");
  setEngineFlag("optimizeLate");
  setEngineFlag("collectAtOnce");
  when(clock, hasYoungGrown, () => setEngineFlag("keepYoungSize"));
  const untilMs = clock.monotonicMs() + FIRST_COLLECTION_MS;
  const isDue = () => hasHeapGrown() || clock.monotonicMs() >= untilMs;
  when(clock, isDue, () => {
    openGarbageCollector().collectAll();
    unsetEngineFlag("collectAtOnce");
  });
}

/** V8 takes the factor by which the young generation grows at any time, but no bound. */
function hasYoungGrown(): boolean {
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
  return (young?.space_size ?? YOUNG_BYTES) >= YOUNG_BYTES;
}

function hasHeapGrown(): boolean {
  return getHeapStatistics().total_heap_size >= FIRST_COLLECTION_BYTES;
}

function when(clock: Clock, isTime: () => boolean, act: () => void): void {
  if (isTime()) act();
  else clock.schedule(LOOK_MS, () => when(clock, isTime, act));
}
