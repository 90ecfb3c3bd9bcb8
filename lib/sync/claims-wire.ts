import type { JsonValue } from "../state/state-table.ts";
import { StoredRecord } from "../state/stored-record.ts";
import type { ClaimedTarget } from "./target-claims.ts";

/** Names are long, and rows end at 400 KB. */
const BATCH_MAX = 250;

/** Claimed targets as plain data, in batches that fit into a row each. */
export function encodeClaims(claims: readonly ClaimedTarget[]): JsonValue[] {
  const batches: JsonValue[] = [];
  for (let start = 0; start < claims.length; start += BATCH_MAX) {
    const batch = claims.slice(start, start + BATCH_MAX);
    batches.push(batch.map((claim) => ({ ...claim })));
  }
  return batches;
}

/**
 * Reads one batch that {@link encodeClaims} made.
 *
 * @throws {FerryError} `STATE_ROW_INVALID`.
 */
export function decodeClaims(batch: JsonValue): ClaimedTarget[] {
  return (Array.isArray(batch) ? batch : []).map((entry: JsonValue) => {
    const record = new StoredRecord("claimed targets", entry);
    return {
      policy: record.number("policy"),
      source: record.text("source"),
      target: record.text("target"),
    };
  });
}
