import {
  type FunctionSettings,
  readFunctionSettings,
  readLogLevel,
} from "../../lib/runtime/function-settings.ts";

/** Reads a function's settings as the function does, and tells which variables it looked at. */
export function recordedSettings(env: Readonly<Record<string, string>>): {
  readonly settings: FunctionSettings;
  readonly read: ReadonlySet<string>;
} {
  const read = new Set<string>();
  const watched = new Proxy(env, {
    get(target, name) {
      if (typeof name !== "string") return undefined;
      read.add(name);
      return target[name];
    },
  });
  readLogLevel(watched);
  return { settings: readFunctionSettings(watched, "/code"), read };
}
