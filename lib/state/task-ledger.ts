import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { changeRow, type Decision } from "./change-row.ts";
import { taskKey, taskPartitions } from "./row-keys.ts";
import type { JsonValue, Row, StateTable, Version } from "./state-table.ts";
import {
  decodeTask,
  type EndedTaskState,
  hasEnded,
  isClaimable,
  type TaskRow,
  type TaskState,
} from "./task-row.ts";

const DAY_MS = 86_400_000;
/** A task that was claimed this often without progress kills its workers: it is set aside. */
const FRUITLESS_CLAIMS_MAX = 10;

/** Who claims a task, and for how long at a time. */
export interface ClaimOptions {
  /** Names the worker for people; two claims of one worker are told apart without it. */
  readonly owner: string;
  readonly leaseMs: number;
}

/**
 * The right to work on a task until its lease ends, longer when it is renewed.
 *
 * (owner, epoch) is the fence: once somebody else has claimed the task, nothing that is written
 * under this claim is accepted.
 */
export interface Claim extends TaskRow {
  readonly runId: string;
  readonly owner: string;
  /** Milliseconds since the epoch. */
  readonly leaseUntil: number;
  readonly leaseMs: number;
  readonly version: Version;
}

/** How a worker leaves its task: for good, or for another worker to go on. */
export type SettledState = Exclude<EndedTaskState, "poisoned"> | "suspended" | "waiting";

/** What else is told when a task is settled. */
export interface SettleOptions {
  /** Something was achieved under this claim: the counts of what was in vain start anew. */
  readonly progressed?: boolean;
  /** For `waiting`: a failure that may pass made it wait, not somebody's wish. */
  readonly failed?: boolean;
  /** For `waiting`: nobody may claim it earlier, milliseconds since the epoch. */
  readonly notBefore?: number;
}

/**
 * What became of each task of a run, with leases so that a task has one worker at a time.
 *
 * `pending → running → copied · unchanged · skipped · failed`, or back by `suspended` and
 * `waiting` to another claim, or `poisoned`. Every transition is compare-and-set.
 */
export interface TaskLedger {
  /** Enters a task as pending unless it is there; gives the row that stands there now. */
  plan(runId: string, taskId: string, task: JsonValue): Promise<TaskRow>;
  /**
   * Takes the task; `undefined` when there is none, it has ended, it has to wait, or another
   * worker holds it. A task claimed ten times without progress is `poisoned` instead.
   */
  claim(runId: string, taskId: string, options: ClaimOptions): Promise<Claim | undefined>;
  /** Prolongs a claim by its lease; `undefined` when it is lost and work has to stop. */
  renew(claim: Claim, options?: { readonly progressed?: boolean }): Promise<Claim | undefined>;
  /** Gives the task back with its outcome; `false` when the claim is lost and nothing changed. */
  settle(
    claim: Claim,
    state: SettledState,
    outcome: JsonValue,
    options?: SettleOptions,
  ): Promise<boolean>;
  /** Makes a failed or poisoned task pending again; `false` when it is neither. */
  retry(runId: string, taskId: string): Promise<boolean>;
  /** The tasks of a run, or those of one state. */
  list(runId: string, options?: { readonly state?: TaskState }): AsyncIterable<TaskRow>;
}

/** What a task ledger works with. */
export interface TaskLedgerOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** How long a task that ended is kept; 90 days when left out. */
  readonly keepMs?: number;
}

/** A task ledger over the state table. */
export function createTaskLedger(table: StateTable, options: TaskLedgerOptions): TaskLedger {
  return new TableTaskLedger(table, options);
}

class TableTaskLedger implements TaskLedger {
  readonly #table: StateTable;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #keepMs: number;

  constructor(table: StateTable, { clock, random, keepMs }: TaskLedgerOptions) {
    this.#table = table;
    this.#clock = clock;
    this.#random = random;
    this.#keepMs = keepMs ?? 90 * DAY_MS;
  }

  plan(runId: string, taskId: string, task: JsonValue): Promise<TaskRow> {
    return changeRow<TaskRow>(this.#table, {
      key: taskKey(runId, taskId),
      seen: "absent",
      decide: (stored) => {
        if (stored !== undefined) return { kind: "leave", result: decodeTask(stored) };
        const row = { taskId, task, state: "pending", epoch: 0, claims: 0, failures: 0 } as const;
        return this.#write(row, (written) => written);
      },
    });
  }

  claim(runId: string, taskId: string, options: ClaimOptions): Promise<Claim | undefined> {
    // Unique to this call: no two claims may take each other's write for their own.
    const owner = `${options.owner}/${this.#random.hex(8)}`;
    const { leaseMs } = options;
    const asOurs = (row: TaskRow, version: Version): Claim =>
      asClaim(row, version, { runId, owner, leaseMs });
    return changeRow<Claim | undefined>(this.#table, {
      key: taskKey(runId, taskId),
      decide: (stored) => {
        if (stored === undefined) return { kind: "leave", result: undefined };
        const row = decodeTask(stored);
        const now = this.#clock.now();
        if (!isClaimable(row, now)) return { kind: "leave", result: undefined };
        if (row.claims >= FRUITLESS_CLAIMS_MAX) {
          const poisoned = { ...row, state: "poisoned", leaseUntil: undefined } as const;
          return this.#write(poisoned, () => undefined);
        }
        const claimed = {
          ...row,
          state: "running",
          epoch: row.epoch + 1,
          claims: row.claims + 1,
          owner,
          leaseUntil: now + leaseMs,
          notBefore: undefined,
        } as const;
        return this.#write(claimed, asOurs);
      },
    });
  }

  renew(claim: Claim, options: { readonly progressed?: boolean } = {}): Promise<Claim | undefined> {
    return changeRow<Claim | undefined>(this.#table, {
      key: taskKey(claim.runId, claim.taskId),
      seen: asStored(claim),
      decide: (stored) => {
        const row = rowOf(claim, stored);
        if (row?.state !== "running") return { kind: "leave", result: undefined };
        const leaseUntil = this.#clock.now() + claim.leaseMs;
        const counts = options.progressed ? NOTHING_IN_VAIN : {};
        return this.#write({ ...row, ...counts, leaseUntil }, (written, version) =>
          asClaim(written, version, claim),
        );
      },
    });
  }

  settle(
    claim: Claim,
    state: SettledState,
    outcome: JsonValue,
    options: SettleOptions = {},
  ): Promise<boolean> {
    return changeRow<boolean>(this.#table, {
      key: taskKey(claim.runId, claim.taskId),
      seen: asStored(claim),
      decide: (stored) => {
        const row = rowOf(claim, stored);
        if (row?.state !== "running") return { kind: "leave", result: row?.state === state };
        const { notBefore } = options;
        const counts = countsAfter(row, state, options);
        const settled = { ...row, ...counts, state, outcome, notBefore, leaseUntil: undefined };
        return this.#write(settled, () => true);
      },
    });
  }

  retry(runId: string, taskId: string): Promise<boolean> {
    return changeRow<boolean>(this.#table, {
      key: taskKey(runId, taskId),
      decide: (stored) => {
        const row = stored && decodeTask(stored);
        if (row?.state !== "failed" && row?.state !== "poisoned") {
          return { kind: "leave", result: false };
        }
        const epoch = row.epoch + 1;
        return this.#write({ ...row, ...NOTHING_IN_VAIN, state: "pending", epoch }, () => true);
      },
    });
  }

  async *list(
    runId: string,
    options: { readonly state?: TaskState } = {},
  ): AsyncGenerator<TaskRow> {
    const { state } = options;
    for (const partition of taskPartitions(runId)) {
      for await (const stored of this.#table.query(partition)) {
        const row = decodeTask(stored);
        if (state === undefined || row.state === state) yield row;
      }
    }
  }

  #write<T>(
    row: Omit<TaskRow, "changedAt">,
    result: (written: TaskRow, version: Version) => T,
  ): Decision<T> {
    const changedAt = this.#clock.now();
    const written = { ...row, changedAt };
    // Only what has ended may expire: a clock gone wrong must not delete work under way.
    const options = hasEnded(row.state) ? { expiresAt: changedAt + this.#keepMs } : {};
    const value = { ...written };
    return { kind: "write", value, options, result: (version) => result(written, version) };
  }
}

function asClaim(
  row: TaskRow,
  version: Version,
  lease: Pick<Claim, "runId" | "owner" | "leaseMs">,
): Claim {
  const { runId, owner, leaseMs } = lease;
  return { ...row, runId, owner, leaseMs, leaseUntil: row.leaseUntil ?? 0, version };
}

/** The row as the claim last saw it, which saves reading it again. */
function asStored(claim: Claim): Row<JsonValue> {
  const { runId, taskId, version } = claim;
  return { ...taskKey(runId, taskId), version, value: { ...claim } };
}

/** The row, if nobody has come since the claim: it is held even past the end of its lease. */
function rowOf(claim: Claim, stored: Row<JsonValue> | undefined): TaskRow | undefined {
  const row = stored && decodeTask(stored);
  return row?.owner === claim.owner && row.epoch === claim.epoch ? row : undefined;
}

type Counts = Pick<TaskRow, "claims" | "failures">;

const NOTHING_IN_VAIN: Counts = { claims: 0, failures: 0 };

/** A worker that lives to say why a task has to wait was not killed by it: that costs no claim. */
function countsAfter(row: TaskRow, state: SettledState, options: SettleOptions): Counts {
  const before = options.progressed ? NOTHING_IN_VAIN : row;
  const failures = before.failures + (options.failed ? 1 : 0);
  if (state !== "waiting") return { claims: before.claims, failures };
  return { claims: Math.max(0, before.claims - 1), failures };
}
