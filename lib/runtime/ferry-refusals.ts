import { FerryError } from "../base/error.ts";
import { formatRepository, type RepositoryName } from "../oci/reference.ts";

/** The error for a run that the state does not know. */
export function unknownRun(runId: string): FerryError {
  return new FerryError(`there is no run "${runId}" in this state`, {
    code: "RUN_UNKNOWN",
    remedy: "fixInput",
    hint: "`imageferry status` lists the runs; --state names another state file.",
  });
}

/** The error for a run that cannot be gone on with by its id. */
export function notEnumerated(runId: string): FerryError {
  return new FerryError(`run "${runId}" was stopped before all of its tags were listed`, {
    code: "RUN_NOT_ENUMERATED",
    remedy: "fixInput",
    hint: "Run the same `imageferry sync` again: what is done already is skipped.",
  });
}

/** The error for a repository that is not there. */
export function unknownRepository(repository: RepositoryName): FerryError {
  return new FerryError(`${formatRepository(repository)} does not exist`, {
    code: "NAME_UNKNOWN",
    remedy: "fixInput",
    side: "source",
    hint: "Check the name; a private repository may need credentials to be seen.",
  });
}
