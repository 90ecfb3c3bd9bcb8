import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Script } from "node:vm";
import { setLastingEngineFlags, unsetEngineFlags } from "../lib/base/engine-flags.ts";
import { readCompiled, writeCompiled } from "./compiled-code.ts";

/** SHA-256 of the program, set when it is built. */
declare const PROGRAM_DIGEST: string;

/** What the program exports. */
interface Program {
  readonly runMain?: () => Promise<void>;
}

/** What has run for this long has called, and so compiled, most of what such runs call. */
const RIPE_AFTER_CPU_US = 1_000_000;

/**
 * Loads the program next to this file, compiled already where it ran before, and runs it.
 *
 * CommonJS, as what it loads: the loader of ES modules would take 10 ms of every start.
 */
const file = join(__dirname, "program.cjs");
// The bundle is ASCII throughout: read so, it takes one byte for each character.
const source = readFileSync(file, "latin1");
const compiled = readCompiled(PROGRAM_DIGEST, process.env);
// Before anything is compiled: V8 takes up compiled code only under the flags it was made under.
setLastingEngineFlags();
const script = new Script(`(function(exports,require,module){"use strict";${source}\n})`, {
  filename: file,
  ...(compiled && { cachedData: compiled.bytes }),
});
const isTaken = compiled !== undefined && !script.cachedDataRejected;
if (!isTaken) keepCompiled(false);
const program: { exports: Program } = { exports: {} };
script.runInThisContext()(program.exports, createRequire(file), program);
void program.exports.runMain?.().then(() => {
  if (!(isTaken && compiled.isRipe) && process.cpuUsage().user >= RIPE_AFTER_CPU_US) {
    unsetEngineFlags();
    keepCompiled(true);
  }
});

function keepCompiled(isRipe: boolean): void {
  const bytes = script.createCachedData();
  writeCompiled(PROGRAM_DIGEST, { bytes, isRipe }, process.env);
}
