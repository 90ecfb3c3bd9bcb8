import { FerryError, type Remedy, toFerryError } from "../base/error.ts";

interface Meaning {
  readonly code: string;
  readonly remedy: Remedy;
  readonly what: string;
  readonly hint: string;
}

const BUSY: Meaning = {
  code: "STATE_BUSY",
  remedy: "retry",
  what: "is locked by another process",
  hint: "Try again; should it last, look for a process that holds the file open.",
};

const FULL: Meaning = {
  code: "STATE_FULL",
  remedy: "giveUp",
  what: "cannot grow: the disk is full",
  hint: "Free some space, or name a state file on another disk; nothing stored so far is lost.",
};

const UNWRITABLE: Meaning = {
  code: "STATE_UNUSABLE",
  remedy: "fixInput",
  what: "cannot be opened for writing",
  hint: "Check the rights of the file and its folder, or name another state file.",
};

const UNREADABLE: Meaning = {
  code: "STATE_UNUSABLE",
  remedy: "fixInput",
  what: "is damaged or no state file",
  hint: "Move it away to start afresh, or name another state file.",
};

/** Primary result codes (sqlite.org, *Result Codes*). */
const BY_RESULT_CODE: ReadonlyMap<number, Meaning> = new Map([
  [3, UNWRITABLE],
  [5, BUSY],
  [6, BUSY],
  [8, UNWRITABLE],
  [10, UNWRITABLE],
  [11, UNREADABLE],
  [13, FULL],
  [14, UNWRITABLE],
  [26, UNREADABLE],
]);

/**
 * Says what an error of the database or the file system means for the state file at `path`.
 *
 * @returns `STATE_BUSY` (retry), `STATE_FULL` (giveUp), `STATE_UNUSABLE` (fixInput), or the error
 * itself where it is none of theirs.
 */
export function sqliteFailure(thrown: unknown, path: string): FerryError {
  const meaning = meaningOf(thrown);
  if (meaning === undefined) return toFerryError(thrown);
  const { code, remedy, what, hint } = meaning;
  return new FerryError(`state file "${path}" ${what}`, { code, remedy, hint, cause: thrown });
}

function meaningOf(thrown: unknown): Meaning | undefined {
  if (!(thrown instanceof Error) || thrown instanceof FerryError) return undefined;
  if ("code" in thrown && thrown.code === "ENOSPC") return FULL;
  // A refused system call, or a refused opening: libsql gives no result code for the latter.
  if ("syscall" in thrown || thrown.message.startsWith("ConnectionFailed")) return UNWRITABLE;
  const extended = "rawCode" in thrown ? thrown.rawCode : "errcode" in thrown && thrown.errcode;
  return typeof extended === "number" ? BY_RESULT_CODE.get(extended & 0xff) : undefined;
}
