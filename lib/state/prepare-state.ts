import { type OpenStateOptions, openState } from "./open-state.ts";
import type { StateLocation } from "./state-location.ts";
import type { PreparationStep } from "./state-preparation.ts";

/**
 * Makes a place for the state ready for use; a place that is ready stays as it is.
 *
 * @returns what was done, in order.
 * @throws {FerryError} `STATE_…` naming the table, what was asked for and what to do.
 */
export async function prepareState(
  location: StateLocation,
  options: OpenStateOptions,
): Promise<readonly PreparationStep[]> {
  switch (location.kind) {
    case "dynamodb":
      return (await import("./dynamodb-setup.ts")).prepareDynamodb(location, options);
    case "tablestore":
      return (await import("./tablestore-setup.ts")).prepareTablestore(location, options);
    default:
      await (await openState(location, options)).close();
      return [{ what: location.kind, outcome: "kept" }];
  }
}
