import { resolve } from "node:path";
import type { Clock } from "../base/clock.ts";
import { createPrivateFile, restrictToOwner } from "./private-file.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";
import { sqliteFailure } from "./sqlite-failure.ts";
import { SqliteRows } from "./sqlite-rows.ts";
import { createSchema, isFreshFile } from "./sqlite-schema.ts";
import type { StateTable } from "./state-table.ts";

/** The path that stands for a database in memory, gone with its table. */
const IN_MEMORY = ":memory:";
/** Long enough for any other process's single statement, short enough to notice a hung one. */
const BUSY_TIMEOUT_MS = 5000;

/** A checkpoint waits for the disk, and everything waits for it: once every 32 MiB is enough. */
const PAGES_BETWEEN_CHECKPOINTS = 8192;

type ConnectionConstructor = new (path: string) => SqliteConnection;

/**
 * Opens, or creates, the state table in the SQLite file at `path`; `:memory:` keeps it in memory.
 *
 * Several processes may have the file open. It and the folders made for it are this user's alone.
 *
 * @throws {FerryError} `STATE_UNUSABLE`, `STATE_FULL`, `STATE_BUSY`; so do the table's methods.
 */
export async function openSqliteTable(
  path: string,
  options: { readonly clock: Clock },
): Promise<StateTable> {
  // An absolute path is never taken for a URI, which SQLite would interpret.
  const file = path === IN_MEMORY ? path : resolve(path);
  const Connection = builtInSqlite() ?? (await import("libsql")).default;
  try {
    if (file !== IN_MEMORY) createPrivateFile(file);
    const connection = new Connection(file);
    try {
      prepare(connection, file);
    } catch (error) {
      connection.close();
      throw error;
    }
    return new SqliteRows(connection, { path: file, clock: options.clock });
  } catch (error) {
    throw sqliteFailure(error, file);
  }
}

function prepare(connection: SqliteConnection, file: string): void {
  connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  const fresh = isFreshFile(connection, file);
  // Before the first write: the write-ahead log inherits the file's rights.
  if (file !== IN_MEMORY) restrictToOwner(file);
  // Losing the last moments on a power cut is harmless, as every step can be done again.
  connection.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  connection.exec(`PRAGMA wal_autocheckpoint = ${PAGES_BETWEEN_CHECKPOINTS}`);
  if (fresh) createSchema(connection, file);
}

/** Node's own SQLite, where it has one (22.13 and later), without its notice of being new. */
function builtInSqlite(): ConnectionConstructor | undefined {
  const emitWarning = process.emitWarning;
  process.emitWarning = () => undefined;
  try {
    const sqlite = process.getBuiltinModule("node:sqlite");
    return hasConnection(sqlite) ? sqlite.DatabaseSync : undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}

function hasConnection(
  module: object | undefined,
): module is { readonly DatabaseSync: ConnectionConstructor } {
  return module !== undefined && "DatabaseSync" in module;
}
