import type { Clock } from "../base/clock.ts";
import { setEngineFlag } from "../base/engine-flags.ts";
import { HeapKeeper } from "./heap-keeper.ts";

let isKeptLean = false;

/**
 * Makes V8 favour a small heap from now on: a copy lives on few objects and much garbage, and has
 * to fit a function of 128 MB.
 *
 * Only what runs long is optimised: a copy of a few hundred tags runs much code and little of it
 * long. The threads that optimise it took a sixth of all CPU time, and nothing went faster for it.
 */
export function keepHeapLean(clock: Clock): void {
  if (isKeptLean) return;
  isKeptLean = true;
  setEngineFlag("favourSize");
  setEngineFlag("optimizeLate");
  setEngineFlag("collectAtOnce");
  new HeapKeeper(clock).look();
}
