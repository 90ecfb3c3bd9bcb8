import type { Clock } from "../base/clock.ts";
import { mapLimited } from "../base/map-limited.ts";
import type { Digest } from "../oci/digest.ts";
import { RecentAnswers } from "./recent-answers.ts";
import { blobPartition } from "./row-keys.ts";
import type { JsonValue, Row, RowKey, RowWrite, StateTable } from "./state-table.ts";

const DAY_MS = 86_400_000;
const DELETES_AT_ONCE = 8;
const CANDIDATES_MAX = 8;
/** A base layer may be in thousands of repositories; any of these will do to mount from. */
const CANDIDATE_ROWS_MAX = 100;
/** Some 3 MiB at most. */
const CACHE_ENTRIES_MAX = 10_000;
/** The first record of a batch waits so long, and no more than these: what a kill may lose. */
const WAITING_MS_MAX = 50;
const WAITING_MAX = 50;
/** Other processes forget blobs too: what they found out is seen after this time. */
const CACHE_KEEP_MS = 5 * 60_000;

/**
 * Which repositories hold which blobs, as far as known: hints, shared by all workers.
 *
 * No record means "unknown", and a record may be wrong: whoever finds out calls `forget`.
 */
export interface BlobLedger {
  /** Those of the blobs that the repository is known to hold. */
  known(
    registry: string,
    repository: string,
    digests: readonly Digest[],
  ): Promise<ReadonlySet<Digest>>;
  /** Up to 8 repositories of the registry, other than `except`, that hold the blob; newest first. */
  mountCandidates(registry: string, digest: Digest, except: string): Promise<readonly string[]>;
  /**
   * Notes that the repository holds the blobs: after a 201, or a HEAD that found them. This
   * process knows at once; the table is told with the next batch.
   */
  record(registry: string, repository: string, digests: readonly Digest[]): Promise<void>;
  /** Tells the table what it has not been told yet: when a loss would cost much, and at the end. */
  flush(): Promise<void>;
  /** Drops the records of blobs which turned out to be missing. */
  forget(registry: string, repository: string, digests: readonly Digest[]): Promise<void>;
}

/** Settings of a {@link BlobLedger}. */
export interface BlobLedgerOptions {
  /** How long a record counts; 30 days when left out. */
  readonly keepMs?: number;
}

/** A blob ledger that asks the table once and remembers the answers for a few minutes. */
export function createBlobLedger(
  table: StateTable,
  clock: Clock,
  options: BlobLedgerOptions = {},
): BlobLedger {
  return new TableBlobLedger(table, clock, options.keepMs ?? 30 * DAY_MS);
}

class TableBlobLedger implements BlobLedger {
  readonly #table: StateTable;
  readonly #clock: Clock;
  readonly #keepMs: number;
  readonly #presence: RecentAnswers<boolean>;
  readonly #candidates: RecentAnswers<readonly string[]>;
  #waiting: RowWrite[] = [];
  #waitingSinceMs = 0;

  constructor(table: StateTable, clock: Clock, keepMs: number) {
    this.#table = table;
    this.#clock = clock;
    this.#keepMs = keepMs;
    const bounds = { clock, entriesMax: CACHE_ENTRIES_MAX, keepMs: CACHE_KEEP_MS };
    this.#presence = new RecentAnswers(bounds);
    this.#candidates = new RecentAnswers(bounds);
  }

  async known(
    registry: string,
    repository: string,
    digests: readonly Digest[],
  ): Promise<ReadonlySet<Digest>> {
    const wanted = blobKeys(registry, repository, digests);
    const asked = [...wanted.values()].filter((key) => this.#remembered(key) === undefined);
    const rows = asked.length === 0 ? [] : await this.#table.getMany(asked);
    const found = new Set(rows.map((row) => row.partition));
    for (const key of asked) {
      // What this process found out while the table was asked is newer than its answer.
      if (this.#remembered(key) === undefined) this.#remember(key, found.has(key.partition));
    }
    const held = [...wanted].filter(([, key]) => this.#remembered(key));
    return new Set(held.map(([digest]) => digest));
  }

  async mountCandidates(
    registry: string,
    digest: Digest,
    except: string,
  ): Promise<readonly string[]> {
    const partition = blobPartition(registry, digest);
    let candidates = this.#candidates.get(partition);
    if (candidates === undefined) {
      candidates = await this.#readCandidates(partition);
      this.#candidates.set(partition, candidates);
    }
    return candidates.filter((repository) => repository !== except).slice(0, CANDIDATES_MAX);
  }

  async record(registry: string, repository: string, digests: readonly Digest[]): Promise<void> {
    const keys = [...blobKeys(registry, repository, digests).values()];
    if (keys.length === 0) return;
    const at = this.#clock.now();
    const expiresAt = at + this.#keepMs;
    const nowMs = this.#clock.monotonicMs();
    if (this.#waiting.length === 0) this.#waitingSinceMs = nowMs;
    for (const key of keys) {
      this.#waiting.push({ ...key, value: { at }, expiresAt });
      this.#remember(key, true);
      this.#moveToFront(key);
    }
    const waitedMs = nowMs - this.#waitingSinceMs;
    if (this.#waiting.length >= WAITING_MAX || waitedMs >= WAITING_MS_MAX) await this.flush();
  }

  async flush(): Promise<void> {
    const writes = this.#waiting;
    this.#waiting = [];
    if (writes.length > 0) await this.#table.putMany(writes);
  }

  async forget(registry: string, repository: string, digests: readonly Digest[]): Promise<void> {
    const keys = [...blobKeys(registry, repository, digests).values()];
    for (const key of keys) {
      this.#remember(key, false);
      const candidates = this.#candidates.get(key.partition)?.filter((name) => name !== key.sort);
      if (candidates !== undefined) this.#candidates.set(key.partition, candidates);
    }
    await this.flush();
    await mapLimited(keys, DELETES_AT_ONCE, (key) => this.#table.delete(key, "any"));
  }

  async #readCandidates(partition: string): Promise<readonly string[]> {
    const rows: Row<JsonValue>[] = [];
    for await (const row of this.#table.query(partition)) {
      if (rows.push(row) >= CANDIDATE_ROWS_MAX) break;
    }
    rows.sort((left, right) => recordedAt(right) - recordedAt(left));
    const untold = this.#waiting.filter((row) => row.partition === partition).reverse();
    const repositories = new Set([...untold, ...rows].map((row) => row.sort));
    // One more than is given out, since one of them may be the repository that asks.
    return [...repositories].slice(0, CANDIDATES_MAX + 1);
  }

  #moveToFront({ partition, sort }: RowKey): void {
    const known = this.#candidates.get(partition);
    if (known === undefined) return;
    const others = known.filter((name) => name !== sort).slice(0, CANDIDATES_MAX);
    this.#candidates.set(partition, [sort, ...others]);
  }

  #remembered(key: RowKey): boolean | undefined {
    return this.#presence.get(`${key.partition}#${key.sort}`);
  }

  #remember(key: RowKey, held: boolean): void {
    this.#presence.set(`${key.partition}#${key.sort}`, held);
  }
}

function blobKeys(
  registry: string,
  repository: string,
  digests: readonly Digest[],
): ReadonlyMap<Digest, RowKey> {
  return new Map(
    digests.map((digest) => [
      digest,
      { partition: blobPartition(registry, digest), sort: repository },
    ]),
  );
}

/** A record that another version wrote in another shape is a hint all the same: the oldest. */
function recordedAt(row: Row<JsonValue>): number {
  const { value } = row;
  if (typeof value !== "object" || value === null || !("at" in value)) return 0;
  return typeof value.at === "number" ? value.at : 0;
}
