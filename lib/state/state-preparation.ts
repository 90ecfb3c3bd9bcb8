import { FerryError } from "../base/error.ts";

/** What became of one thing that a place for the state is to have. */
export interface PreparationStep {
  /** `table`, `time to live`, `file`, … */
  readonly what: string;
  /** `left`: it could not be had, and the state works without it. */
  readonly outcome: "made" | "kept" | "left";
  /** Why it was left, and what is lost by it. */
  readonly note?: string;
}

/** What the service refuses, or this user may not ask for; everything else is worth an error. */
const BEARABLE: ReadonlySet<string> = new Set(["STATE_REFUSED", "STATE_DENIED"]);

/** Takes a step that the state can do without. @param loss what is lost when it is refused. */
export async function optionalStep(
  what: string,
  loss: string,
  work: () => Promise<"made" | "kept">,
): Promise<PreparationStep> {
  try {
    return { what, outcome: await work() };
  } catch (error) {
    if (!(error instanceof FerryError && BEARABLE.has(error.code))) throw error;
    return { what, outcome: "left", note: `${error.message}; ${loss}` };
  }
}
