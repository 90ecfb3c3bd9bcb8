import { setFlagsFromString } from "node:v8";
import type { Clock } from "../base/clock.ts";
import { openGarbageCollector } from "../base/garbage-collector.ts";

/** What ends before has no use for a full collection, which takes as long as ten requests. */
const FIRST_COLLECTION_MS = 1_000;

/**
 * Makes V8 favour a small heap from now on: a copy lives on few objects and much garbage, and has
 * to fit a function of 128 MB.
 *
 * The young generation stays at the size that the start-up gave it instead of growing to 32 MiB.
 * The old one grows in small steps, once a first full collection has told V8 how little is alive;
 * without it V8 waits for hundreds of megabytes.
 */
export function keepHeapLean(clock: Clock): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--optimize-for-size");
  clock.schedule(FIRST_COLLECTION_MS, () => openGarbageCollector().collectAll());
}
