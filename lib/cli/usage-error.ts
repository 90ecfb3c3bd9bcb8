import { FerryError } from "../base/error.ts";

/** Makes the error of a command line that has to change; remedy `fixInput`, so exit code 2. */
export function usageError(code: string, message: string, hint: string): FerryError {
  return new FerryError(message, { code, remedy: "fixInput", hint });
}
