import type { Clock } from "../base/clock.ts";
import type { Digest } from "../oci/digest.ts";
import type { UploadCheckpoint } from "../registry/repository.ts";
import { changeRow, type Decision } from "./change-row.ts";
import { uploadKey } from "./row-keys.ts";
import type { JsonValue, RowKey, StateTable } from "./state-table.ts";
import { StoredRecord } from "./stored-record.ts";

/** Registries drop their upload sessions after a day or sooner. */
const KEEP_MS = 86_400_000;

/** An upload session as it can be gone on with, and when it was opened. */
export interface UploadProgress extends UploadCheckpoint {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Who uploads a blob, and for how long at a time. */
export interface UploadLeaseOptions {
  /** Unique to one worker at work: a claim's owner, say. */
  readonly owner: string;
  readonly leaseMs: number;
}

/** The right to upload one blob to one repository; (owner, epoch) is the fence. */
export interface UploadLease extends UploadLeaseOptions {
  readonly key: RowKey;
  readonly epoch: number;
  /** How far an earlier worker got. */
  readonly progress?: UploadProgress | undefined;
}

/** Gives each blob on its way to a repository one worker at a time, and the next one its progress. */
export interface UploadLedger {
  /** Takes the upload for `leaseMs`; `undefined` while another worker has it. */
  acquire(
    registry: string,
    repository: string,
    digest: Digest,
    options: UploadLeaseOptions,
  ): Promise<UploadLease | undefined>;
  /** Saves how far the upload got and prolongs the lease; `false` when it is lost. */
  save(lease: UploadLease, progress: UploadProgress): Promise<boolean>;
  /** Prolongs the lease; `false` when it is lost. */
  renew(lease: UploadLease): Promise<boolean>;
  /** Lets another worker go on from what was saved; `false` when the lease is lost. */
  release(lease: UploadLease): Promise<boolean>;
  /** Ends the upload, which succeeded or has to start over: nothing saved is kept. */
  finish(lease: UploadLease): Promise<boolean>;
}

/** An upload ledger over the state table. */
export function createUploadLedger(
  table: StateTable,
  options: { readonly clock: Clock },
): UploadLedger {
  return new TableUploadLedger(table, options.clock);
}

interface UploadRow {
  readonly owner: string;
  readonly epoch: number;
  readonly leaseUntil: number;
  readonly progress?: UploadProgress | undefined;
}

class TableUploadLedger implements UploadLedger {
  readonly #table: StateTable;
  readonly #clock: Clock;

  constructor(table: StateTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  acquire(
    registry: string,
    repository: string,
    digest: Digest,
    options: UploadLeaseOptions,
  ): Promise<UploadLease | undefined> {
    const key = uploadKey({ registry, repository }, digest);
    const { owner, leaseMs } = options;
    return changeRow<UploadLease | undefined>(this.#table, {
      key,
      decide: (stored) => {
        const row = stored && decodeUpload(stored.value);
        const now = this.#clock.now();
        const free = row === undefined || row.owner === owner || row.leaseUntil <= now;
        if (!free) return { kind: "leave", result: undefined };
        const epoch = (row?.epoch ?? 0) + 1;
        const progress = row?.progress;
        const lease = { key, owner, leaseMs, epoch, progress };
        return this.#write({ owner, epoch, leaseUntil: now + leaseMs, progress }, lease);
      },
    });
  }

  save(lease: UploadLease, progress: UploadProgress): Promise<boolean> {
    return this.#change(lease, (row) => ({ ...row, ...this.#prolonged(lease), progress }));
  }

  renew(lease: UploadLease): Promise<boolean> {
    return this.#change(lease, (row) => ({ ...row, ...this.#prolonged(lease) }));
  }

  release(lease: UploadLease): Promise<boolean> {
    return this.#change(lease, (row) => ({ ...row, leaseUntil: 0 }));
  }

  finish(lease: UploadLease): Promise<boolean> {
    return this.#change(lease, (row) => ({ ...row, leaseUntil: 0, progress: undefined }));
  }

  #prolonged(lease: UploadLease): Pick<UploadRow, "leaseUntil"> {
    return { leaseUntil: this.#clock.now() + lease.leaseMs };
  }

  #change(lease: UploadLease, next: (row: UploadRow) => UploadRow): Promise<boolean> {
    return changeRow<boolean>(this.#table, {
      key: lease.key,
      decide: (stored) => {
        const row = stored && decodeUpload(stored.value);
        const held = row?.owner === lease.owner && row.epoch === lease.epoch;
        return held ? this.#write(next(row), true) : { kind: "leave", result: false };
      },
    });
  }

  #write<T>(row: UploadRow, result: T): Decision<T> {
    const { owner, epoch, leaseUntil } = row;
    const progress = row.progress && { ...row.progress };
    const options = { expiresAt: this.#clock.now() + KEEP_MS };
    const value = { owner, epoch, leaseUntil, progress };
    return { kind: "write", value, options, result: () => result };
  }
}

function decodeUpload(value: JsonValue): UploadRow {
  const record = new StoredRecord("an upload", value);
  const progress = record.optionalJson("progress");
  return {
    owner: record.text("owner"),
    epoch: record.number("epoch"),
    leaseUntil: record.number("leaseUntil"),
    progress: progress === undefined ? undefined : decodeProgress(progress),
  };
}

function decodeProgress(value: JsonValue): UploadProgress {
  const record = new StoredRecord("an upload's progress", value);
  const hashState = record.optionalText("hashState");
  return {
    location: record.text("location"),
    offset: record.number("offset"),
    startedAt: record.number("startedAt"),
    ...(hashState !== undefined && { hashState }),
  };
}
