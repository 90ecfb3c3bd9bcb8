import type { Clock } from "../base/clock.ts";
import type { Digest } from "../oci/digest.ts";
import type { RepositoryName } from "../oci/reference.ts";
import type { UploadProgress } from "../transfer/upload-progress.ts";
import { changeRow, type Decision } from "./change-row.ts";
import { uploadKey } from "./row-keys.ts";
import type { JsonValue, Row, RowKey, StateTable } from "./state-table.ts";
import { decodeUpload, type UploadRow } from "./upload-row.ts";

/** Registries drop their upload sessions after a day or sooner. */
const KEEP_MS = 86_400_000;
/** By then the blob ledgers of all workers know. */
const KEEP_DONE_MS = 3_600_000;

/** Who uploads a blob, and for how long at a time. */
export interface UploadLeaseOptions {
  /** Unique to one piece of work: a claim's owner, say. */
  readonly owner: string;
  readonly leaseMs: number;
  /** Upload although somebody did already: the registry says that it misses the blob. */
  readonly again?: boolean;
}

/** The right to upload one blob to one repository; (owner, epoch) is the fence. */
export interface UploadLease {
  readonly key: RowKey;
  readonly owner: string;
  readonly leaseMs: number;
  readonly epoch: number;
  /** Somebody had it before and did not finish. */
  readonly begunBefore: boolean;
  /** How far an earlier worker got. */
  readonly progress?: UploadProgress | undefined;
  /** The row as this lease last wrote it, which saves reading it again. */
  readonly row: Row<JsonValue>;
}

/** What asking for an upload gave. */
export type UploadAnswer =
  | { readonly kind: "taken"; readonly lease: UploadLease }
  /** Another worker has it until then, milliseconds since the epoch. */
  | { readonly kind: "busy"; readonly leaseUntil: number }
  /** Somebody finished it a while ago. */
  | { readonly kind: "done" };

/** Gives each blob on its way to a repository one worker at a time, and the next one its progress. */
export interface UploadLedger {
  acquire(name: RepositoryName, digest: Digest, options: UploadLeaseOptions): Promise<UploadAnswer>;
  /** Saves how far the upload got and prolongs the lease; `undefined` when it is lost. */
  save(lease: UploadLease, progress: UploadProgress): Promise<UploadLease | undefined>;
  /** Prolongs the lease; `undefined` when it is lost. */
  renew(lease: UploadLease): Promise<UploadLease | undefined>;
  /** Lets another worker go on from what was saved. */
  release(lease: UploadLease): Promise<void>;
  /** Notes that the blob is there: for an hour nobody else begins. */
  finish(lease: UploadLease): Promise<void>;
}

/** An upload ledger over the state table: one write takes an upload, one ends it. */
export function createUploadLedger(
  table: StateTable,
  options: { readonly clock: Clock },
): UploadLedger {
  return new TableUploadLedger(table, options.clock);
}

class TableUploadLedger implements UploadLedger {
  readonly #table: StateTable;
  readonly #clock: Clock;

  constructor(table: StateTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  acquire(
    name: RepositoryName,
    digest: Digest,
    { owner, leaseMs, again = false }: UploadLeaseOptions,
  ): Promise<UploadAnswer> {
    const key = uploadKey(name, digest);
    return changeRow<UploadAnswer>(this.#table, {
      key,
      seen: "absent",
      decide: (stored) => {
        const row = stored && decodeUpload(stored.value);
        const now = this.#clock.now();
        if (row?.done && !again) return { kind: "leave", result: { kind: "done" } };
        const free = row === undefined || row.owner === owner || row.leaseUntil <= now;
        if (!free) {
          return { kind: "leave", result: { kind: "busy", leaseUntil: row.leaseUntil } };
        }
        const epoch = (row?.epoch ?? 0) + 1;
        const progress = row?.progress;
        const begunBefore = row !== undefined && !row.done;
        const taken = { owner, epoch, leaseUntil: now + leaseMs, progress, done: false };
        return this.#write(key, taken, (written) => ({
          kind: "taken",
          lease: { key, owner, leaseMs, epoch, begunBefore, progress, row: written },
        }));
      },
    });
  }

  save(lease: UploadLease, progress: UploadProgress): Promise<UploadLease | undefined> {
    return this.#change(lease, (row) => ({ ...row, ...this.#prolonged(lease), progress }));
  }

  renew(lease: UploadLease): Promise<UploadLease | undefined> {
    return this.#change(lease, (row) => ({ ...row, ...this.#prolonged(lease) }));
  }

  async release(lease: UploadLease): Promise<void> {
    await this.#change(lease, (row) => ({ ...row, leaseUntil: 0 }));
  }

  async finish(lease: UploadLease): Promise<void> {
    await this.#change(lease, (row) => ({
      ...row,
      leaseUntil: 0,
      progress: undefined,
      done: true,
    }));
  }

  #prolonged(lease: UploadLease): Pick<UploadRow, "leaseUntil"> {
    return { leaseUntil: this.#clock.now() + lease.leaseMs };
  }

  #change(
    lease: UploadLease,
    next: (row: UploadRow) => UploadRow,
  ): Promise<UploadLease | undefined> {
    return changeRow<UploadLease | undefined>(this.#table, {
      key: lease.key,
      seen: lease.row,
      decide: (stored) => {
        const row = stored && decodeUpload(stored.value);
        const held = row?.owner === lease.owner && row.epoch === lease.epoch && !row.done;
        if (!held) return { kind: "leave", result: undefined };
        return this.#write(lease.key, next(row), (written) => ({ ...lease, row: written }));
      },
    });
  }

  #write<T>(key: RowKey, row: UploadRow, result: (written: Row<JsonValue>) => T): Decision<T> {
    const { owner, epoch, leaseUntil, done } = row;
    const progress = row.progress && { ...row.progress };
    const value = {
      owner,
      epoch,
      leaseUntil,
      ...(progress && { progress }),
      ...(done && { done }),
    };
    const expiresAt = this.#clock.now() + (done ? KEEP_DONE_MS : KEEP_MS);
    return {
      kind: "write",
      value,
      options: { expiresAt },
      result: (version) => result({ ...key, value, version, expiresAt }),
    };
  }
}
