import type { Clock } from "../base/clock.ts";
import type { StateLocation } from "./state-location.ts";
import type { StateTable } from "./state-table.ts";

/**
 * Opens the state at `location`, loading only the driver it needs.
 *
 * @throws {FerryError} `STATE_UNUSABLE`, `STATE_FULL`, `STATE_BUSY` for a file.
 */
export async function openState(
  location: StateLocation,
  options: { readonly clock: Clock },
): Promise<StateTable> {
  switch (location.kind) {
    case "memory":
      return (await import("./memory-table.ts")).createMemoryTable(options);
    case "file":
      return (await import("./sqlite-table.ts")).openSqliteTable(location.path, options);
  }
}
