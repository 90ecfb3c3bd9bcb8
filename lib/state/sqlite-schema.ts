import { FerryError } from "../base/error.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";

/** "Ferr" in ASCII: marks the file as ours (sqlite.org, *PRAGMA application_id*). */
const APPLICATION_ID = 0x46657272;
const SCHEMA_VERSION = 1;

const CREATE = `
CREATE TABLE rows (
  partition TEXT NOT NULL,
  sort TEXT NOT NULL,
  version INTEGER NOT NULL,
  expires_at INTEGER,
  value TEXT NOT NULL,
  PRIMARY KEY (partition, sort)
) WITHOUT ROWID;
CREATE INDEX rows_by_expiry ON rows (expires_at) WHERE expires_at IS NOT NULL;
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${SCHEMA_VERSION};
`;

/**
 * Tells whether the file still needs its table; reads only, so a foreign file stays as it is.
 *
 * @throws {FerryError} `STATE_UNUSABLE` when another program, or another version, wrote the file.
 */
export function isFreshFile(connection: SqliteConnection, path: string): boolean {
  const owner = readInteger(connection, "SELECT application_id AS n FROM pragma_application_id");
  const objects = readInteger(connection, "SELECT count(*) AS n FROM sqlite_schema");
  const version = readInteger(connection, "SELECT user_version AS n FROM pragma_user_version");
  if (owner === 0 && objects === 0 && version === 0) return true;
  if (owner !== APPLICATION_ID) {
    throw unusable(path, "belongs to another program", "Name another file for the state.");
  }
  if (version !== SCHEMA_VERSION) {
    throw unusable(
      path,
      `has schema ${version}, this program knows ${SCHEMA_VERSION}`,
      "Use the version of imageferry that wrote it, or name another file for the state.",
    );
  }
  return false;
}

/** Creates the table; of several processes that start together, one does it. */
export function createSchema(connection: SqliteConnection, path: string): void {
  connection.exec("BEGIN IMMEDIATE");
  try {
    if (isFreshFile(connection, path)) connection.exec(CREATE);
    connection.exec("COMMIT");
  } catch (error) {
    connection.exec("ROLLBACK");
    throw error;
  }
}

function readInteger(connection: SqliteConnection, sql: string): number {
  const row = connection.prepare(sql).get();
  if (typeof row === "object" && row !== null && "n" in row && typeof row.n === "number") {
    return row.n;
  }
  throw new TypeError(`"${sql}" gave no number`);
}

function unusable(path: string, what: string, hint: string): FerryError {
  const options = { code: "STATE_UNUSABLE", remedy: "fixInput", hint } as const;
  return new FerryError(`state file "${path}" ${what}`, options);
}
