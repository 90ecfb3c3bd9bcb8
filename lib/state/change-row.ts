import { isDeepStrictEqual } from "node:util";
import { FerryError } from "../base/error.ts";
import {
  ConflictError,
  type JsonValue,
  type PutOptions,
  type Row,
  type RowKey,
  type StateTable,
  type Version,
} from "./state-table.ts";

/** A row is contended by a handful of workers; more conflicts than this mean something is broken. */
const ROUNDS_MAX = 32;

/** What to do about the row that is there. */
export type Decision<T> =
  | { readonly kind: "leave"; readonly result: T }
  | {
      readonly kind: "write";
      readonly value: JsonValue;
      readonly options?: PutOptions;
      readonly result: (version: Version) => T;
    };

/** A change of one row. */
export interface RowChange<T> {
  readonly key: RowKey;
  /** The row as last seen, saves reading it; `absent` when it is most likely not there. */
  readonly seen?: Row<JsonValue> | "absent";
  /** Called with the row that is there, and again with the new one after each conflict. */
  readonly decide: (current: Row<JsonValue> | undefined) => Decision<T>;
}

/**
 * Changes a row by compare-and-set, deciding anew whenever somebody else was faster.
 *
 * A driver may repeat a write whose answer got lost, and then reports a conflict with the very row
 * it wrote. So a row that holds what was to be written counts as written; where two writers must
 * not both succeed, what they write has to tell them apart.
 *
 * @throws {FerryError} `STATE_CONTENDED` when somebody else was faster every time.
 */
export async function changeRow<T>(table: StateTable, change: RowChange<T>): Promise<T> {
  const { key, seen = await table.get(key), decide } = change;
  let current = seen === "absent" ? undefined : seen;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const decision = decide(current);
    if (decision.kind === "leave") return decision.result;
    const { value, options, result } = decision;
    const written = await table.put(key, value, current ?? "absent", options).catch(conflictOnly);
    if (!(written instanceof ConflictError)) return result(written);
    current = written.current;
    if (current !== undefined && holds(current, value)) return result(current.version);
  }
  throw new FerryError(`row ${key.partition} / ${key.sort} changed under every write`, {
    code: "STATE_CONTENDED",
    remedy: "retry",
  });
}

function conflictOnly(error: unknown): ConflictError {
  if (error instanceof ConflictError) return error;
  throw error;
}

function holds(row: Row<JsonValue>, value: JsonValue): boolean {
  // As stored: fields without a value are gone.
  const stored: JsonValue = JSON.parse(JSON.stringify(value));
  return isDeepStrictEqual(row.value, stored);
}
