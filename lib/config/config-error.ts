import { FerryError } from "../base/error.ts";

/** Where something stands in a file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Makes the error of a configuration that has to change; remedy `fixInput`. */
export function configError(code: string, message: string, hint?: string): FerryError {
  return new FerryError(message, {
    code,
    remedy: "fixInput",
    ...(hint !== undefined && { hint }),
  });
}

/** Shows a place in a file as editors understand it: `file:line:column`. */
export function formatPlace(file: string, at: Position): string {
  return `${file}:${at.line}:${at.column}`;
}
