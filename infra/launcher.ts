import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Script } from "node:vm";
import { readCompiled, writeCompiled } from "./compiled-code.ts";

/** SHA-256 of the program, set when it is built. */
declare const PROGRAM_DIGEST: string;

/** What the program exports. */
interface Program {
  readonly runMain?: () => Promise<void>;
}

/** Loads the program next to this file, compiled already where it ran before, and runs it. */
const file = join(import.meta.dirname, "program.cjs");
// The bundle is ASCII throughout: read so, it takes one byte for each character.
const source = readFileSync(file, "latin1");
const compiled = readCompiled(PROGRAM_DIGEST, process.env);
const script = new Script(`(function(exports,require,module){"use strict";${source}\n})`, {
  filename: file,
  ...(compiled && { cachedData: compiled }),
});
if (compiled === undefined || script.cachedDataRejected) {
  // Before anything runs: what changes V8's flags would make this of no use to the next start.
  writeCompiled(PROGRAM_DIGEST, script.createCachedData(), process.env);
}
const program: { exports: Program } = { exports: {} };
script.runInThisContext()(program.exports, createRequire(file), program);
// Awaited here: should the program ever hang with nothing left to do, Node ends with an error.
await program.exports.runMain?.();
