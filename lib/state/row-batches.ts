import { type CloudPlace, cloudFailure } from "./cloud-failure.ts";
import type { StoredRow, StoreLimits } from "./row-store.ts";
import type { RowKey } from "./state-table.ts";

/** Names, types and checksums around a row's own bytes, in either cloud. */
const ROW_OVERHEAD_BYTES = 200;

/** Refuses here what every cloud refuses in words of its own. @throws `STATE_ROW_TOO_LARGE`. */
export function checkRowSize(row: StoredRow, limits: StoreLimits, place: CloudPlace): void {
  const { partition, sort } = row;
  const sizes = [
    ["row", rowBytes(row), limits.rowBytes],
    ["partition key", Buffer.byteLength(partition), limits.partitionBytes],
    ["sort key", Buffer.byteLength(sort), limits.sortBytes],
  ] as const;
  for (const [what, bytes, bytesMax] of sizes) {
    if (bytes <= bytesMax) continue;
    const words = `the ${what} has ${bytes} bytes, more than the ${bytesMax} that fit`;
    throw cloudFailure("tooLarge", place, { action: `row ${partition} / ${sort}`, words });
  }
}

/** Bytes a row takes in a table and in a request, rather too many than too few. */
function rowBytes({ partition, sort, text }: StoredRow): number {
  return (
    ROW_OVERHEAD_BYTES +
    Buffer.byteLength(partition) +
    Buffer.byteLength(sort) +
    Buffer.byteLength(text)
  );
}

/** One item per key, the last one given. */
export function lastByKey<T extends RowKey>(items: readonly T[]): readonly T[] {
  const last = new Map(items.map((item) => [JSON.stringify([item.partition, item.sort]), item]));
  return [...last.values()];
}

/** Cuts keys into parts that one request may ask for. */
export function cutKeys(keys: readonly RowKey[], limits: StoreLimits): readonly RowKey[][] {
  return cut(keys, limits.readRows, Number.POSITIVE_INFINITY, () => 0);
}

/** Cuts rows into parts that one request may write, by number and by size. */
export function cutRows(rows: readonly StoredRow[], limits: StoreLimits): readonly StoredRow[][] {
  return cut(rows, limits.writeRows, limits.writeBytes, rowBytes);
}

function cut<T>(
  items: readonly T[],
  countMax: number,
  bytesMax: number,
  bytesOf: (item: T) => number,
): T[][] {
  const parts: T[][] = [];
  let part: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const itemBytes = bytesOf(item);
    if (part.length === countMax || (part.length > 0 && bytes + itemBytes > bytesMax)) {
      parts.push(part);
      part = [];
      bytes = 0;
    }
    part.push(item);
    bytes += itemBytes;
  }
  return part.length > 0 ? [...parts, part] : parts;
}
