import type { AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { withoutWarnings } from "../base/without-warnings.ts";
import type { CloudPlace } from "./cloud-failure.ts";
import { type DynamodbLocation, invalidLocation } from "./cloud-location.ts";
import { dynamodbFailure, isConditionFailed } from "./dynamodb-failure.ts";

const CONNECT_MS = 3_000;
const REQUEST_MS = 5_000;

/** An item as the wire has it. */
export type DynamodbItem = Record<string, AttributeValue>;

/** The SDK, loaded when a table is opened. */
type DynamodbSdk = typeof import("@aws-sdk/client-dynamodb");

/** The SDK, and a client for one table; instead of the SDK's errors come ours. */
export interface OpenedDynamodb {
  readonly sdk: DynamodbSdk;
  readonly client: DynamoDBClient;
  readonly place: CloudPlace;
  /** @throws {FerryError} naming `action`. */
  ask<T>(action: string, answer: Promise<T>): Promise<T>;
  /** @returns whether the condition of the write held. @throws {FerryError} naming `action`. */
  holds(action: string, answer: Promise<unknown>): Promise<boolean>;
}

/**
 * Makes a client that sends every request once: what calls it repeats requests.
 *
 * Keys are the given environment's, or else what the SDK's chain finds: a profile, a role.
 *
 * @throws {FerryError} `STATE_LOCATION_INVALID` without any region.
 */
export async function openDynamodb(
  location: DynamodbLocation,
  env: Readonly<Record<string, string | undefined>>,
): Promise<OpenedDynamodb> {
  const sdk = await import("@aws-sdk/client-dynamodb");
  const region = location.region ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"];
  const credentials = keysOf(env);
  const client = withoutWarnings(
    () =>
      new sdk.DynamoDBClient({
        ...(region !== undefined && { region }),
        ...(location.endpoint !== undefined && { endpoint: location.endpoint }),
        ...(credentials !== undefined && { credentials }),
        maxAttempts: 1,
        requestHandler: {
          connectionTimeout: CONNECT_MS,
          requestTimeout: REQUEST_MS,
          throwOnRequestTimeout: true,
        },
      }),
  );
  const where = await client.config.region().catch(() => "");
  const place = { service: "DynamoDB", table: location.table, where } as const;
  if (where === "") {
    client.destroy();
    throw invalidLocation(
      `nothing tells the region of table "${location.table}"`,
      "Add ?region=… to the location, or set AWS_REGION.",
    );
  }
  return {
    sdk,
    client,
    place,
    ask: (action, answer) =>
      answer.catch((error: unknown) => {
        throw dynamodbFailure(error, place, action);
      }),
    holds: (action, answer) =>
      answer.then(
        () => true,
        (error: unknown) => {
          if (isConditionFailed(error)) return false;
          throw dynamodbFailure(error, place, action);
        },
      ),
  };
}

/** As the SDK itself would read them, but from the environment that was handed in. */
function keysOf(env: Readonly<Record<string, string | undefined>>) {
  const accessKeyId = env["AWS_ACCESS_KEY_ID"] ?? "";
  const secretAccessKey = env["AWS_SECRET_ACCESS_KEY"] ?? "";
  const sessionToken = env["AWS_SESSION_TOKEN"] ?? "";
  if (accessKeyId === "" || secretAccessKey === "" || env["AWS_PROFILE"]) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== "" && { sessionToken }) };
}
