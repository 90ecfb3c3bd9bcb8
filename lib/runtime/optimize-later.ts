import { setFlagsFromString } from "node:v8";

/** How much bytecode a function runs before V8 thinks of optimising it; its own is 132 KiB. */
const BUDGET_BYTES = 1_000_000;

/**
 * Makes V8 optimise only what runs long enough to pay for it.
 *
 * A copy of a few hundred tags runs much code and little of it long: the threads that optimise it
 * took a sixth of all CPU time, and nothing went faster for it. Only Node 20's V8 has the flag: later
 * ones count calls instead, and complain about flags they do not know.
 */
export function optimizeLater(): void {
  if (!process.versions.v8.startsWith("11.")) return;
  setFlagsFromString(`--interrupt-budget=${BUDGET_BYTES}`);
}
