import { setFlagsFromString } from "node:v8";

/** What a flag of V8 is set to, and what takes it back. */
interface EngineFlag {
  readonly set: string;
  readonly unset: string;
}

const ONLY_IN_V8_11 = process.versions.v8.startsWith("11.");

/**
 * The flags of V8 that are set while the program runs.
 *
 * Compiled code that V8 made under some flags it takes up only under the same: what takes them
 * back has to be exact. Of `optimize-for-size` V8 takes nothing back, since other flags follow it.
 */
const ENGINE_FLAGS = {
  favourSize: { set: "--optimize-for-size", unset: "" },
  compileWasmOnce: {
    set: "--no-wasm-tier-up --no-wasm-dynamic-tiering",
    unset: "--wasm-tier-up --wasm-dynamic-tiering",
  },
  /** A full collection comes at once, when it is due; nothing is marked ahead, beside the work. */
  collectAtOnce: { set: "--no-incremental-marking", unset: "--incremental-marking" },
  exposeCollector: { set: "--expose-gc", unset: "--no-expose-gc" },
  keepYoungSize: {
    set: "--semi-space-growth-factor=1",
    unset: "--semi-space-growth-factor=2",
  },
  /** How much bytecode a function runs before V8 thinks of optimising it; 66 KiB by itself. */
  optimizeLate: ONLY_IN_V8_11
    ? { set: "--interrupt-budget=1000000", unset: "--interrupt-budget=67584" }
    : { set: "", unset: "" },
} as const satisfies Record<string, EngineFlag>;

/** Sets a flag of V8 for the rest of the process; one that this V8 does not have is left out. */
export function setEngineFlag(name: keyof typeof ENGINE_FLAGS): void {
  apply(ENGINE_FLAGS[name].set);
}

/** Takes a flag of V8 back that can be. */
export function unsetEngineFlag(name: keyof typeof ENGINE_FLAGS): void {
  apply(ENGINE_FLAGS[name].unset);
}

/** Sets the flags that cannot be taken back. */
export function setLastingEngineFlags(): void {
  for (const { set, unset } of Object.values(ENGINE_FLAGS)) if (unset === "") apply(set);
}

/** Takes back all flags that can be. */
export function unsetEngineFlags(): void {
  for (const { unset } of Object.values(ENGINE_FLAGS)) apply(unset);
}

function apply(flag: string): void {
  if (flag !== "") setFlagsFromString(flag);
}
