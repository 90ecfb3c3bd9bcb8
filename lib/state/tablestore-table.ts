import type { TablestoreLocation } from "./cloud-location.ts";
import { type CloudTableOptions, createCloudTable } from "./cloud-table.ts";
import type { StateTable } from "./state-table.ts";
import { openTablestore } from "./tablestore-client.ts";
import { createTablestoreRows } from "./tablestore-rows.ts";

/** What a Tablestore table needs: keys in the environment. */
export interface TablestoreTableOptions extends Omit<CloudTableOptions, "place"> {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Opens the state kept in a Tablestore table; nothing is asked yet.
 *
 * The table's methods throw `STATE_…` errors with what to do about it.
 */
export async function openTablestoreTable(
  location: TablestoreLocation,
  options: TablestoreTableOptions,
): Promise<StateTable> {
  const opened = await openTablestore(location, options.env);
  return createCloudTable(createTablestoreRows(opened), { ...options, place: opened.place });
}
