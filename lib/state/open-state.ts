import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { StateLocation } from "./state-location.ts";
import type { StateTable } from "./state-table.ts";

/** What places for the state need. */
export interface OpenStateOptions {
  readonly clock: Clock;
  readonly random: Random;
  /**
   * Where the keys to a cloud are looked for, with each request to Tablestore anew: functions are
   * given fresh ones while they live.
   */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Opens the state at `location`, loading only the driver it needs.
 *
 * @throws {FerryError} `STATE_UNUSABLE`, `STATE_FULL`, `STATE_BUSY` for a file,
 * `STATE_LOCATION_INVALID` for a table in a region that nobody names.
 */
export async function openState(
  location: StateLocation,
  options: OpenStateOptions,
): Promise<StateTable> {
  switch (location.kind) {
    case "memory":
      return (await import("./memory-table.ts")).createMemoryTable(options);
    case "file":
      return (await import("./sqlite-table.ts")).openSqliteTable(location.path, options);
    case "dynamodb":
      return (await import("./dynamodb-table.ts")).openDynamodbTable(location, options);
    case "tablestore":
      return (await import("./tablestore-table.ts")).openTablestoreTable(location, options);
  }
}
