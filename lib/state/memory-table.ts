import type { Clock } from "../base/clock.ts";
import {
  ConflictError,
  type Expected,
  type JsonValue,
  type PutOptions,
  type Row,
  type RowKey,
  type RowWrite,
  type SortRange,
  type StateTable,
  type Version,
} from "./state-table.ts";

interface Stored {
  /** JSON, so that nobody shares an object with the table. */
  readonly text: string;
  readonly version: Version;
  readonly expiresAt?: number;
}

interface Partition {
  readonly rows: Map<string, Stored>;
  /** Sort keys in order; forgotten whenever a key comes or goes. */
  order: readonly string[] | undefined;
}

/** Keeps the state in this process: for tests, simulations and runs that need no memory. */
export function createMemoryTable(options: { readonly clock: Clock }): StateTable {
  return new MemoryTable(options.clock);
}

class MemoryTable implements StateTable {
  readonly #partitions = new Map<string, Partition>();
  readonly #clock: Clock;
  #lastVersion = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async get(key: RowKey): Promise<Row<JsonValue> | undefined> {
    return this.#find(key);
  }

  async getMany(keys: readonly RowKey[]): Promise<readonly Row<JsonValue>[]> {
    return keys.map((key) => this.#find(key)).filter((row) => row !== undefined);
  }

  async put(
    key: RowKey,
    value: JsonValue,
    expected: Expected,
    options: PutOptions = {},
  ): Promise<Version> {
    this.#expect(key, expected);
    return this.#store({ ...key, value, ...options });
  }

  async putMany(writes: readonly RowWrite[]): Promise<void> {
    for (const write of writes) this.#store(write);
  }

  async *query(partition: string, range: SortRange = {}): AsyncGenerator<Row<JsonValue>> {
    const { prefix = "", after = "" } = range;
    for (const sort of this.#sorted(partition)) {
      if (!sort.startsWith(prefix) || compareUtf8(sort, after) <= 0) continue;
      const row = this.#find({ partition, sort });
      if (row !== undefined) yield row;
    }
  }

  async delete(key: RowKey, expected: Expected): Promise<void> {
    this.#expect(key, expected);
    this.#remove(key);
  }

  async close(): Promise<void> {
    this.#partitions.clear();
  }

  #find(key: RowKey): Row<JsonValue> | undefined {
    const stored = this.#partitions.get(key.partition)?.rows.get(key.sort);
    if (stored === undefined) return undefined;
    const { text, version, expiresAt } = stored;
    if (expiresAt !== undefined && expiresAt <= this.#clock.now()) {
      this.#remove(key);
      return undefined;
    }
    const value: JsonValue = JSON.parse(text);
    const { partition, sort } = key;
    return { partition, sort, value, version, ...(expiresAt !== undefined && { expiresAt }) };
  }

  #expect(key: RowKey, expected: Expected): void {
    if (expected === "any") return;
    const current = this.#find(key);
    const wanted = expected === "absent" ? undefined : expected.version;
    if (current?.version !== wanted) throw new ConflictError(key, current);
  }

  #store(write: RowWrite): Version {
    const { partition, sort, value, expiresAt } = write;
    const place = this.#partitions.get(partition) ?? { rows: new Map(), order: undefined };
    this.#partitions.set(partition, place);
    if (!place.rows.has(sort)) place.order = undefined;
    const version = ++this.#lastVersion;
    place.rows.set(sort, {
      text: JSON.stringify(value),
      version,
      ...(expiresAt !== undefined && { expiresAt }),
    });
    return version;
  }

  #remove(key: RowKey): void {
    const place = this.#partitions.get(key.partition);
    if (!place?.rows.delete(key.sort)) return;
    place.order = undefined;
    if (place.rows.size === 0) this.#partitions.delete(key.partition);
  }

  #sorted(partition: string): readonly string[] {
    const place = this.#partitions.get(partition);
    if (place === undefined) return [];
    place.order ??= [...place.rows.keys()].sort(compareUtf8);
    return place.order;
  }
}

/** Orders as the UTF-8 bytes would, which UTF-16 comparison does not do for astral characters. */
function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = utf8Rank(left.charCodeAt(index)) - utf8Rank(right.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Moves surrogates, which stand for astral characters, behind the rest of the basic plane. */
function utf8Rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
