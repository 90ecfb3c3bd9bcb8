import { chmodSync, closeSync, existsSync, lstatSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { FerryError } from "../base/error.ts";

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** What SQLite adds to the name of a database for its companions. */
const COMPANION_SUFFIXES = ["-wal", "-shm", "-journal"];

/**
 * Makes sure that an ordinary file is at `path`, creating it, and its folders, for this user alone.
 *
 * An existing file is never opened here: closing it would drop the locks that a connection of
 * this process may hold on it.
 *
 * @throws {FerryError} `STATE_UNUSABLE` when a link or something else than a file is there.
 */
export function createPrivateFile(path: string): void {
  createFolders(dirname(path));
  for (const companion of COMPANION_SUFFIXES.map((suffix) => path + suffix)) {
    if (isLink(companion)) throw notAFile(companion, "a link");
  }
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isFile()) return;
  if (stats !== undefined) throw notAFile(path, stats.isSymbolicLink() ? "a link" : "no file");
  try {
    closeSync(openSync(path, "wx", FILE_MODE));
  } catch (error) {
    if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) throw error;
  }
}

/** One by one: Node's own recursion never ends where a folder can be seen but not be made. */
function createFolders(folder: string): void {
  if (existsSync(folder)) return;
  createFolders(dirname(folder));
  try {
    mkdirSync(folder, { mode: FOLDER_MODE });
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!existsSync(folder)) throw error;
  }
}

/** Takes an existing file's rights away from everybody but its owner. */
export function restrictToOwner(path: string): void {
  if ((lstatSync(path).mode & 0o077) !== 0) chmodSync(path, FILE_MODE);
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function notAFile(path: string, what: string): FerryError {
  return new FerryError(`state file "${path}" is ${what}`, {
    code: "STATE_UNUSABLE",
    remedy: "fixInput",
    hint: "Name the file itself; links are refused because whoever sets them picks what is written.",
  });
}
