import { closeSync, existsSync, openSync, unlinkSync, writeFileSync } from "node:fs";
import { FerryError } from "../../base/error.ts";
import type { OutputStream } from "../terminal.ts";

/** Where a command's data goes: standard output, or a file. */
export interface DataWriter {
  /** It is a file: not to be coloured, and nobody sees it grow. */
  readonly toFile: boolean;
  write(text: string): void;
  close(): void;
}

/**
 * Opens the place for a command's data before its work begins, so that a wrong path costs no work.
 *
 * @param file emptied first; standard output when left out, or `-`.
 * @throws {FerryError} `OUTPUT_UNWRITABLE` (fixInput).
 */
export function openDataWriter(file: string | undefined, stdout: OutputStream): DataWriter {
  if (file !== undefined && file !== "-") return openFileWriter(file);
  return { toFile: false, write: (text) => void stdout.write(text), close: () => {} };
}

/**
 * Opens a file for data, emptied first.
 *
 * @throws {FerryError} `OUTPUT_UNWRITABLE` (fixInput).
 */
export function openFileWriter(file: string): DataWriter {
  const descriptor = openForWriting(file, "w");
  return {
    toFile: true,
    write: (text) => {
      writeFileSync(descriptor, text);
    },
    close: () => closeSync(descriptor),
  };
}

/**
 * Refuses a file that could not be written, so that a wrong path costs no work; leaves it as it is.
 *
 * @throws {FerryError} `OUTPUT_UNWRITABLE` (fixInput).
 */
export function refuseUnwritable(file: string): void {
  const isNew = !existsSync(file);
  closeSync(openForWriting(file, "a"));
  if (isNew) unlinkSync(file);
}

/**
 * Opens a file, emptied first or to write at its end.
 *
 * @throws {FerryError} `OUTPUT_UNWRITABLE` (fixInput).
 */
function openForWriting(file: string, how: "w" | "a"): number {
  try {
    return openSync(file, how);
  } catch (cause) {
    throw new FerryError(`cannot write to ${file}`, {
      code: "OUTPUT_UNWRITABLE",
      remedy: "fixInput",
      hint: "Name a file in a folder that exists and that you may write to.",
      cause,
    });
  }
}
