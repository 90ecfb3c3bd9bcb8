import { isAbsolute, join } from "node:path";
import {
  type DynamodbLocation,
  invalidLocation,
  parseDynamodbLocation,
  parseTablestoreLocation,
  type TablestoreLocation,
} from "./cloud-location.ts";

/** Where the state is kept. */
export type StateLocation =
  | { readonly kind: "memory" }
  | { readonly kind: "file"; readonly path: string }
  | DynamodbLocation
  | TablestoreLocation;

/** Two letters at least: one and a colon is a drive. */
const SCHEME = /^([a-z][a-z0-9+.-]+):/i;

/**
 * Reads a place for the state as users write it: `:memory:`, a table in a cloud
 * (`dynamodb://TABLE?region=…&endpoint=…`, `tablestore://INSTANCE/TABLE?region=…&endpoint=…`) or
 * the path of a file.
 *
 * @throws {FerryError} `STATE_LOCATION_INVALID` for anything else.
 */
export function parseStateLocation(text: string): StateLocation {
  if (text === ":memory:") return { kind: "memory" };
  if (text.trim() === "") throw invalidLocation("the place of the state is empty");
  const scheme = SCHEME.exec(text)?.[1];
  if (scheme === undefined) return { kind: "file", path: text };
  if (scheme === "dynamodb") return parseDynamodbLocation(text);
  if (scheme === "tablestore") return parseTablestoreLocation(text);
  throw invalidLocation(`there is no place "${scheme}:" to keep the state`);
}

/**
 * The state file of a user who named none (XDG Base Directory Specification, *Environment
 * variables*: a relative `XDG_STATE_HOME` is ignored).
 */
export function defaultStatePath(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): string {
  const stateHome = env["XDG_STATE_HOME"] ?? "";
  const folder = isAbsolute(stateHome) ? stateHome : join(home, ".local", "state");
  return join(folder, "imageferry", "state.db");
}
