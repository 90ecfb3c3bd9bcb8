import { FerryError } from "../base/error.ts";

/** The error for a run that the table does not hold: `RUN_UNKNOWN`. */
export function unknownRun(runId: string): FerryError {
  return new FerryError(`there is no run "${runId}"`, {
    code: "RUN_UNKNOWN",
    remedy: "fixInput",
    hint: "List the runs to see which there are.",
  });
}
