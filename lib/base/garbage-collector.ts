import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Collects the young generation, or everything. */
export type CollectGarbage = (options: { readonly type: "minor" | "major" }) => void;

/** V8's collector, to be called where the program knows better; does nothing where V8 keeps it. */
export function exposeGarbageCollector(): CollectGarbage {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("typeof gc === 'function' ? gc : undefined");
  return isCollect(collect) ? collect : () => undefined;
}

function isCollect(value: unknown): value is CollectGarbage {
  return typeof value === "function";
}
