import { FerryError } from "../base/error.ts";

/** A table of Amazon DynamoDB. */
export interface DynamodbLocation {
  readonly kind: "dynamodb";
  readonly table: string;
  /** What the environment says when left out. */
  readonly region?: string;
  /** Instead of the region's own. */
  readonly endpoint?: string;
}

/** A table of Alibaba Cloud Tablestore. */
export interface TablestoreLocation {
  readonly kind: "tablestore";
  readonly instance: string;
  readonly table: string;
  /** An origin: `https://` unless somebody wrote `http://`. */
  readonly endpoint: string;
}

const CLOUD_TABLE = /^[a-z]+:\/\/([^?#]*)(?:\?([^#]*))?$/i;

/** Names as the services allow them: nothing that could change a host name or a path. */
const DYNAMODB_TABLE = /^[a-zA-Z0-9_.-]{3,255}$/;
const TABLESTORE_TABLE = /^([a-zA-Z][a-zA-Z0-9-]{1,14}[a-zA-Z0-9])\/([a-zA-Z_]\w{0,254})$/;
const REGION = /^[a-z0-9-]+$/;

const DYNAMODB_FORM = "Write dynamodb://TABLE?region=REGION; endpoint=URL may follow.";
const TABLESTORE_FORM = "Write tablestore://INSTANCE/TABLE?region=REGION, or ?endpoint=URL.";
const ANY_FORM =
  "Give the path of a file (./ before it should it hold a colon), dynamodb://TABLE?region=REGION, " +
  "tablestore://INSTANCE/TABLE?region=REGION, or :memory: to keep nothing.";

/**
 * Reads `dynamodb://TABLE?region=…&endpoint=…`.
 *
 * @throws {FerryError} `STATE_LOCATION_INVALID`.
 */
export function parseDynamodbLocation(text: string): DynamodbLocation {
  const { name, region, endpoint } = cloudParts(text, DYNAMODB_FORM);
  if (!DYNAMODB_TABLE.test(name)) {
    throw invalidLocation("the location names no DynamoDB table", DYNAMODB_FORM);
  }
  return {
    kind: "dynamodb",
    table: name,
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
  };
}

/**
 * Reads `tablestore://INSTANCE/TABLE?region=…&endpoint=…`; the region gives the endpoint.
 *
 * @throws {FerryError} `STATE_LOCATION_INVALID`.
 */
export function parseTablestoreLocation(text: string): TablestoreLocation {
  const { name, region, endpoint } = cloudParts(text, TABLESTORE_FORM);
  const [, instance, table] = TABLESTORE_TABLE.exec(name) ?? [];
  if (instance === undefined || table === undefined) {
    throw invalidLocation("the location names no Tablestore instance and table", TABLESTORE_FORM);
  }
  if (endpoint !== undefined) return { kind: "tablestore", instance, table, endpoint };
  if (region === undefined) {
    throw invalidLocation(`nothing tells the region of instance "${instance}"`, TABLESTORE_FORM);
  }
  const origin = `https://${instance}.${region}.ots.aliyuncs.com`;
  return { kind: "tablestore", instance, table, endpoint: origin };
}

/** Makes the error of a location that has to change; never give it what may hold a password. */
export function invalidLocation(message: string, hint: string = ANY_FORM): FerryError {
  return new FerryError(message, { code: "STATE_LOCATION_INVALID", remedy: "fixInput", hint });
}

interface CloudParts {
  readonly name: string;
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
}

function cloudParts(text: string, form: string): CloudParts {
  const [, name = "", query = ""] = CLOUD_TABLE.exec(text) ?? [];
  const settings = new URLSearchParams(query);
  const unknown = [...settings.keys()].find((key) => key !== "region" && key !== "endpoint");
  if (unknown !== undefined) {
    throw invalidLocation(`a table's location has no setting "${unknown}"`, form);
  }
  const region = settings.get("region") ?? undefined;
  if (region !== undefined && !REGION.test(region)) {
    throw invalidLocation(`"${region}" is no region`, form);
  }
  const endpoint = settings.get("endpoint") ?? undefined;
  return { name, region, endpoint: endpoint && originOf(endpoint, form) };
}

function originOf(endpoint: string, form: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const isOrigin =
    (url?.protocol === "https:" || url?.protocol === "http:") &&
    url.username + url.password + url.search + url.hash === "" &&
    url.pathname === "/";
  if (!isOrigin) throw invalidLocation("the endpoint is no URL of a host alone", form);
  return url.origin;
}
