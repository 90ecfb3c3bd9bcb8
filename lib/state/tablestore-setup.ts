import { FerryError } from "../base/error.ts";
import { cloudFailure } from "./cloud-failure.ts";
import type { TablestoreLocation } from "./cloud-location.ts";
import { type CloudRequestOptions, CloudRequests } from "./cloud-requests.ts";
import type { PreparationStep } from "./state-preparation.ts";
import { type OpenedTablestore, openTablestore } from "./tablestore-client.ts";
import { encodeKey } from "./tablestore-wire.ts";

/** From its creation to its first row a table takes some seconds, seldom up to a minute. */
const READY_WITHIN_MS = 120_000;
/** `PrimaryKeyType.STRING` of the wire format. */
const STRING_TYPE = 2;
const KEYS = ["pk", "sk"];
/** `timeToLive` -1: rows expire one by one, and what is never written again must stay. */
const TABLE_OPTIONS = { timeToLive: -1, maxVersions: 1 };
const BILLED_BY_REQUEST = { capacityUnit: { read: 0, write: 0 } };

/** What preparing a table needs: keys in the environment. */
export interface TablestoreSetupOptions extends CloudRequestOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Creates the table, if it is not there, and waits until it can be used. May be repeated.
 *
 * @throws {FerryError} `STATE_TABLE_UNSUITABLE` for a table with other keys, and other `STATE_…`.
 */
export async function prepareTablestore(
  location: TablestoreLocation,
  options: TablestoreSetupOptions,
): Promise<readonly PreparationStep[]> {
  const opened = await openTablestore(location, options.env);
  const requests = new CloudRequests({ patienceMs: READY_WITHIN_MS, ...options });
  try {
    const isNew = (await timeToLiveOf(opened, requests)) === undefined;
    if (isNew) await createTable(opened, requests);
    const primaryKey = encodeKey({ partition: "runs", sort: "-" });
    const tableName = opened.place.table;
    await requests.send((signal) => opened.ask("getRow", { tableName, primaryKey }, signal));
    const timeToLive = await timeToLiveOf(opened, requests);
    return [{ what: "table", outcome: isNew ? "made" : "kept" }, ...lossOf(timeToLive)];
  } finally {
    opened.close();
  }
}

/** Seconds, -1 for ever; `undefined` when there is no such table. */
async function timeToLiveOf(
  opened: OpenedTablestore,
  requests: CloudRequests,
): Promise<number | undefined> {
  const input = { tableName: opened.place.table };
  const answer = requests.send((signal) => opened.ask("describeTable", input, signal));
  const table = await answer.catch((error: unknown) => {
    if (error instanceof FerryError && error.code === "STATE_TABLE_MISSING") return undefined;
    throw error;
  });
  if (table === undefined) return undefined;
  const { primaryKey } = table.tableMeta;
  const isSuitable =
    primaryKey.length === KEYS.length &&
    primaryKey.every(({ name, type }, index) => name === KEYS[index] && type === STRING_TYPE);
  if (isSuitable) return table.tableOptions.timeToLive;
  const names = primaryKey.map(({ name }) => name).join(", ");
  const words = `its keys are ${names}, not the texts ${KEYS.join(", ")}`;
  throw cloudFailure("unsuitable", opened.place, { action: "ots:DescribeTable", words });
}

/** Somebody else, or a try whose answer got lost, may have created it meanwhile. */
async function createTable(opened: OpenedTablestore, requests: CloudRequests): Promise<void> {
  const primaryKey = KEYS.map((name) => ({ name, type: "STRING" }) as const);
  const input = {
    tableMeta: { tableName: opened.place.table, primaryKey },
    reservedThroughput: BILLED_BY_REQUEST,
    tableOptions: TABLE_OPTIONS,
  };
  const creation = requests.send((signal) => opened.ask("createTable", input, signal));
  await creation.catch(async (error: unknown) => {
    if ((await timeToLiveOf(opened, requests)) === undefined) throw error;
  });
}

function lossOf(timeToLive: number | undefined): readonly PreparationStep[] {
  if (timeToLive === TABLE_OPTIONS.timeToLive) return [];
  const note = `the table forgets what was not written for ${timeToLive} seconds`;
  return [{ what: "rows without an end", outcome: "left", note }];
}
