import { setFlagsFromString } from "node:v8";
import { openGarbageCollector } from "../base/garbage-collector.ts";

/**
 * Makes V8 favour a small heap from now on: a copy lives on few objects and much garbage, and has
 * to fit a function of 128 MB.
 *
 * The young generation stays at the size that the start-up gave it instead of growing to 32 MiB.
 * The old one grows in small steps, once a first full collection has told V8 how little is alive;
 * without it V8 waits for hundreds of megabytes.
 */
export function keepHeapLean(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--optimize-for-size");
  openGarbageCollector().collectAll();
}
