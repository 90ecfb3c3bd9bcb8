import type { DynamodbLocation } from "./cloud-location.ts";
import { type CloudTableOptions, createCloudTable } from "./cloud-table.ts";
import { openDynamodb } from "./dynamodb-client.ts";
import { createDynamodbRows } from "./dynamodb-rows.ts";
import type { StateTable } from "./state-table.ts";

/** What a DynamoDB table needs: keys in the environment, if not a role or a profile. */
export interface DynamodbTableOptions extends Omit<CloudTableOptions, "place"> {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Opens the state kept in a DynamoDB table; nothing is asked yet.
 *
 * @throws {FerryError} `STATE_LOCATION_INVALID` without a region; the table's methods throw
 * `STATE_…` with what to do about it.
 */
export async function openDynamodbTable(
  location: DynamodbLocation,
  options: DynamodbTableOptions,
): Promise<StateTable> {
  const opened = await openDynamodb(location, options.env);
  return createCloudTable(createDynamodbRows(opened), { ...options, place: opened.place });
}
