import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** V8's collector, to be called where the program knows better. */
export interface GarbageCollector {
  /** Collects everything: tens of milliseconds. */
  collectAll(): void;
}

/** Opens V8's collector; it does nothing where V8 keeps it to itself. */
export function openGarbageCollector(): GarbageCollector {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("typeof gc === 'function' ? gc : () => undefined");
  if (!isCollect(collect)) return { collectAll: () => undefined };
  return { collectAll: () => collect() };
}

function isCollect(value: unknown): value is () => void {
  return typeof value === "function";
}
