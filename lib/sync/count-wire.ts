import type { JsonValue } from "../state/state-table.ts";
import { StoredRecord } from "../state/stored-record.ts";

/** Counts by host as plain data: a list, since hosts are nobody's property names. */
export function encodeCounts(counts: ReadonlyMap<string, number>): JsonValue {
  return [...counts].map(([host, count]) => ({ host, count }));
}

/**
 * Reads the counts in a record's field.
 *
 * @throws {FerryError} `STATE_ROW_INVALID`.
 */
export function decodeCounts(record: StoredRecord, field: string): Map<string, number> {
  return new Map(
    record.list(field).map((entry): [string, number] => {
      const counted = new StoredRecord("counts", entry);
      return [counted.text("host"), counted.number("count")];
    }),
  );
}

/** The sum of both, host by host. */
export function addCounts(
  left: ReadonlyMap<string, number>,
  right: ReadonlyMap<string, number>,
): Map<string, number> {
  const sum = new Map(left);
  for (const [host, count] of right) sum.set(host, (sum.get(host) ?? 0) + count);
  return sum;
}
