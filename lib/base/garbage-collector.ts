import { runInNewContext } from "node:vm";
import { setEngineFlag } from "./engine-flags.ts";

/** V8's collector, to be called where the program knows better. */
export interface GarbageCollector {
  /** Collects everything: tens of milliseconds. */
  collectAll(): void;
}

/** Opens V8's collector; it does nothing where V8 keeps it to itself. */
export function openGarbageCollector(): GarbageCollector {
  setEngineFlag("exposeCollector");
  const collect: unknown = runInNewContext("typeof gc === 'function' ? gc : () => undefined");
  if (!isCollect(collect)) return { collectAll: () => undefined };
  return { collectAll: () => collect() };
}

function isCollect(value: unknown): value is () => void {
  return typeof value === "function";
}
