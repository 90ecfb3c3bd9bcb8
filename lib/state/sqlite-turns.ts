import type { SqliteConnection } from "./sqlite-connection.ts";
import { ConflictError } from "./state-table.ts";

/** One call's part of a turn. */
interface Part {
  readonly writes: boolean;
  /** Does the work; gives what tells the caller, and throws when the database failed. */
  attempt(): () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Runs the calls that come within one turn of the event loop as one transaction: committing costs
 * as much as writing several rows, and a busy run settles a dozen of tags in each turn.
 *
 * Nobody hears of a write before it is committed. Should the transaction fail, each call is tried
 * by itself, so that one that cannot succeed spoils no other.
 */
export class SqliteTurns {
  readonly #connection: SqliteConnection;
  readonly #failure: (thrown: unknown) => Error;
  #parts: Part[] = [];

  /** @param failure says what an error of the database means. */
  constructor(connection: SqliteConnection, failure: (thrown: unknown) => Error) {
    this.#connection = connection;
    this.#failure = failure;
  }

  /** Runs a call at the end of this turn, after those before it; `work` may run twice. */
  run<T>(kind: "read" | "write", work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const attempt = (): (() => void) => {
        try {
          const result = work();
          return () => resolve(result);
        } catch (error) {
          if (!(error instanceof ConflictError)) throw error;
          return () => reject(error);
        }
      };
      if (this.#parts.length === 0) setImmediate(() => this.finish());
      this.#parts.push({ writes: kind === "write", attempt, reject });
    });
  }

  /** Runs what waits for the end of the turn right now. */
  finish(): void {
    const parts = this.#parts;
    this.#parts = [];
    const writes = parts.filter((part) => part.writes).length;
    for (const tell of writes > 1 ? this.#together(parts) : apart(parts)) tell();
  }

  #together(parts: readonly Part[]): readonly (() => void)[] {
    try {
      this.#connection.exec("BEGIN IMMEDIATE");
    } catch (thrown) {
      // Locked by another process: each by itself would wait as long again.
      return parts.map(
        ({ reject }) =>
          () =>
            reject(this.#failure(thrown)),
      );
    }
    try {
      const tells = parts.map((part) => part.attempt());
      this.#connection.exec("COMMIT");
      return tells;
    } catch {
      this.#rollBack();
      return apart(parts);
    }
  }

  /** A full disk may have ended the transaction already. */
  #rollBack(): void {
    try {
      this.#connection.exec("ROLLBACK");
    } catch {
      // Then there is none to end.
    }
  }
}

function apart(parts: readonly Part[]): readonly (() => void)[] {
  return parts.map((part) => {
    try {
      return part.attempt();
    } catch (error) {
      return () => part.reject(error);
    }
  });
}
