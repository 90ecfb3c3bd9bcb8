import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { isAbsolute, join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

const OTHERS_MAY_WRITE = 0o022;
const CHECKSUM = "sha256";
const CHECKSUM_DIGITS = 64;
const RIPE = "+";
const UNRIPE = "-";

/** What V8 made of the program. */
export interface CompiledCode {
  readonly bytes: Buffer;
  /** Taken after a long run: functions are in it that V8 compiles when they are first called. */
  readonly isRipe: boolean;
}

/**
 * Reads the compiled form of the program that an earlier start left: V8 takes 50 ms to read a
 * megabyte of code, and 5 to take up what it made of it.
 *
 * Compiled code is run as it is. So it is read only from a file and a folder of this user that
 * nobody else may write to, only for the very program whose digest leads it, and only undamaged.
 * V8 itself refuses what another version of it, or another set of its flags, has made.
 *
 * @param digest SHA-256 of the program, hexadecimal.
 * @returns `undefined` when there is none, or none to trust.
 */
export function readCompiled(digest: string, env: Environment): CompiledCode | undefined {
  const folder = folderOf(env);
  if (folder === undefined || !isOurs(statsOf(folder))) return undefined;
  try {
    const file = openSync(fileIn(folder), constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const stats = fstatSync(file);
      if (!stats.isFile() || !isOurs(stats)) return undefined;
      const content = readFileSync(file);
      const headBytes = digest.length + RIPE.length + CHECKSUM_DIGITS;
      const head = content.toString("latin1", 0, headBytes);
      const compiled = { bytes: content.subarray(headBytes), isRipe: head[digest.length] === RIPE };
      return head === headOf(digest, compiled) ? compiled : undefined;
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

/** Leaves the compiled form of the program for the next start; where it cannot, there is none. */
export function writeCompiled(digest: string, compiled: CompiledCode, env: Environment): void {
  const folder = folderOf(env);
  if (folder === undefined) return;
  try {
    makeFolder(folder);
    if (!isOurs(statsOf(folder))) return;
    const fresh = `${fileIn(folder)}.${process.pid}`;
    try {
      const head = Buffer.from(headOf(digest, compiled));
      writeFileSync(fresh, Buffer.concat([head, compiled.bytes]), { flag: "wx", mode: 0o600 });
      renameSync(fresh, fileIn(folder));
    } catch (error) {
      unlinkSync(fresh);
      throw error;
    }
  } catch {
    // A start without it is as good, only slower.
  }
}

/** In the user's folder for what can be made anew (XDG Base Directory); none where it is unknown. */
function folderOf(env: Environment): string | undefined {
  const { XDG_CACHE_HOME: cache = "", HOME: home = "", NODE_DISABLE_COMPILE_CACHE: off } = env;
  if (off || process.getuid === undefined) return undefined;
  if (isAbsolute(cache)) return join(cache, "imageferry");
  return isAbsolute(home) ? join(home, ".cache", "imageferry") : undefined;
}

/** One for each version of Node: another program's is written over. */
function fileIn(folder: string): string {
  return join(folder, `program-${process.version}-${process.arch}.bin`);
}

/** Two levels at most: what is above has to be there. */
function makeFolder(folder: string): void {
  for (const path of [join(folder, ".."), folder]) {
    if (statsOf(path) === undefined) mkdirSync(path, { mode: 0o700 });
  }
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

function isOurs(stats: Stats | undefined): boolean {
  const isOwn = stats !== undefined && stats.uid === process.getuid?.();
  return isOwn && !stats.isSymbolicLink() && (stats.mode & OTHERS_MAY_WRITE) === 0;
}

/** What leads the file, of the same length for each program. */
function headOf(digest: string, { bytes, isRipe }: CompiledCode): string {
  return `${digest}${isRipe ? RIPE : UNRIPE}${checksum(bytes)}`;
}

/**
 * Tells damage by a disk; what guards against people are the rights of the file. OpenSSL takes a
 * tenth of what any sum takes in code that V8 has not compiled yet.
 */
function checksum(bytes: Buffer): string {
  return createHash(CHECKSUM).update(bytes).digest("hex");
}
