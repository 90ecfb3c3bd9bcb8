import { closeSync, openSync, writeSync } from "node:fs";
import { FerryError } from "../../base/error.ts";
import type { OutputStream } from "../terminal.ts";

/** Where a command's data goes: standard output, or a file. */
export interface DataWriter {
  write(text: string): void;
  close(): void;
}

/**
 * Opens the place for a command's data before its work begins, so that a wrong path costs no work.
 *
 * @param file emptied first; standard output when left out.
 * @throws {FerryError} `OUTPUT_UNWRITABLE` (fixInput).
 */
export function openDataWriter(file: string | undefined, stdout: OutputStream): DataWriter {
  if (file === undefined) return { write: (text) => void stdout.write(text), close: () => {} };
  const descriptor = openForWriting(file);
  return {
    write: (text) => {
      writeSync(descriptor, text);
    },
    close: () => closeSync(descriptor),
  };
}

function openForWriting(file: string): number {
  try {
    return openSync(file, "w");
  } catch (cause) {
    throw new FerryError(`cannot write to ${file}`, {
      code: "OUTPUT_UNWRITABLE",
      remedy: "fixInput",
      hint: "Name a file in a folder that exists and that you may write to.",
      cause,
    });
  }
}
