import { FerryError } from "../base/error.ts";

/** The error for a run that the state does not hold: `RUN_UNKNOWN`. */
export function unknownRun(runId: string): FerryError {
  return new FerryError(`no run "${runId}" is remembered`, {
    code: "RUN_UNKNOWN",
    remedy: "fixInput",
    hint: "imageferry status lists the runs; --state names another state.",
  });
}
