import type { Clock } from "../base/clock.ts";
import { FerryError } from "../base/error.ts";
import { mapLimited } from "../base/map-limited.ts";
import type { Random } from "../base/random.ts";
import { type CloudPlace, cloudFailure } from "./cloud-failure.ts";
import { type CloudRequestOptions, CloudRequests } from "./cloud-requests.ts";
import { checkRowSize, cutKeys, cutRows, lastByKey } from "./row-batches.ts";
import type { PageRange, RowPage, RowStore, StoreCondition, StoredRow } from "./row-store.ts";
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

const PAGE_ROWS = 200;
const BATCHES_AT_ONCE = 8;
/** Whoever else is after an expired row has written it by then. */
const TAKEOVERS_MAX = 5;

/** What a table in a cloud needs besides its store. */
export interface CloudTableOptions extends CloudRequestOptions {
  /** For errors. */
  readonly place: CloudPlace;
}

/**
 * A state table over the requests of a cloud: all that does not differ between clouds.
 *
 * Requests that fail in passing are sent again. So a row may have been written by a try whose
 * answer got lost: its version, a random one, tells that it is the row this call wrote.
 */
export function createCloudTable(store: RowStore, options: CloudTableOptions): StateTable {
  return new CloudTable(store, options);
}

class CloudTable implements StateTable {
  readonly #store: RowStore;
  readonly #place: CloudPlace;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #requests: CloudRequests;

  constructor(store: RowStore, options: CloudTableOptions) {
    this.#store = store;
    this.#place = options.place;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#requests = new CloudRequests(options);
  }

  async get(key: RowKey): Promise<Row<JsonValue> | undefined> {
    return this.#live(await this.#read(key));
  }

  async getMany(keys: readonly RowKey[]): Promise<readonly Row<JsonValue>[]> {
    const found: StoredRow[] = [];
    await this.#inBatches(cutKeys(lastByKey(keys), this.#store.limits), async (part, signal) => {
      const { rows, left } = await this.#store.readBatch(part, signal);
      found.push(...rows);
      return left;
    });
    return found.map((row) => this.#live(row)).filter((row) => row !== undefined);
  }

  async put(
    key: RowKey,
    value: JsonValue,
    expected: Expected,
    options: PutOptions = {},
  ): Promise<Version> {
    const row = this.#stored({ ...key, ...options, value });
    let condition = this.#conditionOf(expected);
    for (let takeovers = 0; ; takeovers++) {
      if (await this.#write(row, condition)) return row.version;
      const found = await this.#read(key);
      if (found?.version === row.version) return row.version;
      const current = this.#live(found);
      if (expected !== "absent" || current !== undefined || takeovers === TAKEOVERS_MAX) {
        throw new ConflictError(key, current);
      }
      condition = found === undefined ? "absent" : { version: found.version };
    }
  }

  async putMany(writes: readonly RowWrite[]): Promise<void> {
    const rows = lastByKey(writes).map((write) => this.#stored(write));
    await this.#inBatches(cutRows(rows, this.#store.limits), (part, signal) =>
      this.#store.writeBatch(part, signal),
    );
  }

  async *query(partition: string, range: SortRange = {}): AsyncGenerator<Row<JsonValue>> {
    const { prefix = "", after: start = "" } = range;
    const inside = start.startsWith(prefix);
    if (!inside && Buffer.compare(Buffer.from(start), Buffer.from(prefix)) > 0) return;
    let after: string | undefined = inside ? start : "";
    while (after !== undefined) {
      const place: PageRange = { prefix, after, rowsMax: PAGE_ROWS };
      const page: RowPage = await this.#requests.send((signal) =>
        this.#store.readPage(partition, place, signal),
      );
      for (const stored of page.rows) {
        const row = this.#live(stored);
        if (row !== undefined) yield row;
      }
      after = page.next;
    }
  }

  async delete(key: RowKey, expected: Expected): Promise<void> {
    const condition = this.#conditionOf(expected);
    const fate = condition === "absent" ? "kept" : await this.#remove(key, condition);
    if (fate === "removed") return;
    const current = await this.get(key);
    const isGone = current === undefined && (expected === "absent" || fate === "unknown");
    if (!isGone) throw new ConflictError(key, current);
  }

  async close(): Promise<void> {
    this.#store.close();
  }

  #read(key: RowKey): Promise<StoredRow | undefined> {
    return this.#requests.send((signal) => this.#store.read(key, signal));
  }

  #write(row: StoredRow, condition: StoreCondition): Promise<boolean> {
    return this.#requests.send((signal) => this.#store.write(row, condition, signal));
  }

  /** `unknown`: the condition does not hold, maybe since a try without an answer removed the row. */
  async #remove(key: RowKey, condition: StoreCondition): Promise<"removed" | "kept" | "unknown"> {
    let answerLost = false;
    const removed = await this.#requests.send(async (signal) => {
      try {
        return await this.#store.remove(key, condition, signal);
      } catch (error) {
        answerLost ||= error instanceof FerryError && error.code === "STATE_UNREACHABLE";
        throw error;
      }
    });
    if (removed) return "removed";
    return answerLost ? "unknown" : "kept";
  }

  async #inBatches<T>(
    batches: readonly (readonly T[])[],
    request: (part: readonly T[], signal: AbortSignal) => Promise<readonly T[]>,
  ): Promise<void> {
    const words = "part of every request is left undone";
    const tooSlow = () => cloudFailure("busy", this.#place, { action: "batch", words });
    await mapLimited(batches, BATCHES_AT_ONCE, (batch) =>
      this.#requests.drain(batch, request, tooSlow),
    );
  }

  #live(stored: StoredRow | undefined): Row<JsonValue> | undefined {
    if (stored === undefined) return undefined;
    const { text, ...row } = stored;
    if (row.expiresAt !== undefined && row.expiresAt <= this.#clock.now()) return undefined;
    const value: JsonValue = JSON.parse(text);
    return { ...row, value };
  }

  #conditionOf(expected: Expected): StoreCondition {
    if (typeof expected === "string") return expected;
    return { version: expected.version, liveAt: this.#clock.now() };
  }

  #stored({ partition, sort, value, expiresAt }: RowWrite): StoredRow {
    const row: StoredRow = {
      partition,
      sort,
      text: JSON.stringify(value),
      // 52 bits, so that it is a whole number everywhere.
      version: Number.parseInt(this.#random.hex(7).slice(1), 16),
      ...(expiresAt !== undefined && { expiresAt }),
    };
    checkRowSize(row, this.#store.limits, this.#place);
    return row;
  }
}
