/**
 * Stands in the bundles for what `libsql` asks which of its native packages fits this machine:
 * `@neon-rs/load` and `detect-libc` have Node write a whole report of itself for it, and load what
 * starts other programs. That took 15 ms of every start.
 */

import { closeSync, openSync, readSync } from "node:fs";

/** Where a program names the loader that starts it (System V ABI, *Program Interpreter*). */
const HEAD_BYTES = 2048;
const MUSL_LOADER = "/ld-musl-";

/** The two C libraries of Linux, as `libsql` compares them. */
export const GLIBC = "glibc";
export const MUSL = "musl";

/** The C library that this Node runs on; `undefined` but on Linux. */
export function familySync(): typeof GLIBC | typeof MUSL | undefined {
  if (process.platform !== "linux") return undefined;
  const head = Buffer.alloc(HEAD_BYTES);
  const program = openSync(process.execPath, "r");
  try {
    readSync(program, head, 0, HEAD_BYTES, 0);
  } finally {
    closeSync(program);
  }
  return head.includes(MUSL_LOADER) ? MUSL : GLIBC;
}

/** Which of the packages `@libsql/…` fits; for 32-bit ARM `libsql` itself looks for musl. */
export function currentTarget(): string {
  const { platform, arch } = process;
  const system = `${platform}-${arch}`;
  if (platform === "win32") return `${system}-msvc`;
  if (platform !== "linux") return system;
  if (arch === "arm") return `${system}-gnueabihf`;
  return `${system}-${familySync() === MUSL ? "musl" : "gnu"}`;
}

/** Only asked for where `libsql` itself is developed. */
export const load: undefined = undefined;
