import type { Clock } from "../base/clock.ts";
import { FerryError } from "../base/error.ts";
import type { Random } from "../base/random.ts";
import { changeRow } from "./change-row.ts";
import { RUNS_PARTITION, runKey, runListKey } from "./row-keys.ts";
import {
  decodeRun,
  encodeRun,
  type NewRun,
  type RunRecord,
  type RunState,
  untouchedListing,
} from "./run-record.ts";
import type { JsonValue, StateTable } from "./state-table.ts";
import { StoredRecord } from "./stored-record.ts";
import { unknownRun } from "./unknown-run.ts";

const DAY_MS = 86_400_000;

/** Which runs there are and how they stand. */
export interface RunLedger {
  /**
   * Enters a run, as running; one of the same id stays as it is, so a repeated call is harmless.
   *
   * @returns the run that stands there now.
   */
  create(run: NewRun): Promise<RunRecord>;
  get(runId: string): Promise<RunRecord | undefined>;
  /** The runs that started last, newest first. */
  list(limit: number): Promise<readonly RunRecord[]>;
  /**
   * Closes a run that is enumerated, with its summary.
   *
   * @returns whether this call did it: of many callers, one hears `true` and reports.
   * @throws {FerryError} `RUN_NOT_ENUMERATED` while tasks may still be missing; `RUN_UNKNOWN`, as
   * all changes below do.
   */
  finish(runId: string, summary: JsonValue): Promise<boolean>;
  /** Notes that the run stopped on the way; `false` when it is finished already. */
  interrupt(runId: string, summary: JsonValue): Promise<boolean>;
  /** Sets a run that ended running again: it is continued, or its failed tasks are. */
  reopen(runId: string): Promise<void>;
  /**
   * Marks a running run: nobody lists it any more, and workers leave its tasks alone.
   *
   * @returns the run that stands then; one that ended stays as it is.
   */
  cancel(runId: string): Promise<RunRecord>;
}

/** What a run ledger works with. */
export interface RunLedgerOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** How long a finished run is kept; 90 days when left out. */
  readonly keepMs?: number;
}

/** A run ledger over the state table. */
export function createRunLedger(table: StateTable, options: RunLedgerOptions): RunLedger {
  return new TableRunLedger(table, options);
}

class TableRunLedger implements RunLedger {
  readonly #table: StateTable;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #keepMs: number;

  constructor(table: StateTable, { clock, random, keepMs }: RunLedgerOptions) {
    this.#table = table;
    this.#clock = clock;
    this.#random = random;
    this.#keepMs = keepMs ?? 90 * DAY_MS;
  }

  async create(run: NewRun): Promise<RunRecord> {
    const { id, trigger, startedAt, policies } = run;
    const asked = { id, trigger, startedAt, policies };
    const listing = untouchedListing(startedAt);
    const fresh: RunRecord = { ...asked, state: "running", enumerated: false, listing };
    const stands = await changeRow<RunRecord>(this.#table, {
      key: runKey(id),
      seen: "absent",
      decide: (row) =>
        row === undefined
          ? { kind: "write", value: encodeRun(fresh), result: () => fresh }
          : { kind: "leave", result: decodeRun(row.value) },
    });
    // After the run itself, and on every call: a creator that died in between is made up for.
    const listKey = runListKey(id, stands.startedAt);
    // Longer than runs last and are kept: what is listed and gone is left out.
    const expiresAt = stands.startedAt + 2 * this.#keepMs;
    await this.#table.put(listKey, { id }, "any", { expiresAt });
    return stands;
  }

  async get(runId: string): Promise<RunRecord | undefined> {
    const row = await this.#table.get(runKey(runId));
    return row && decodeRun(row.value);
  }

  async list(limit: number): Promise<readonly RunRecord[]> {
    const ids: string[] = [];
    for await (const row of this.#table.query(RUNS_PARTITION)) {
      if (ids.length >= limit) break;
      ids.push(new StoredRecord("a list of runs", row.value).text("id"));
    }
    const rows = await this.#table.getMany(ids.map(runKey));
    const runs = new Map(rows.map((row) => [row.partition, decodeRun(row.value)]));
    return ids.flatMap((id) => runs.get(runKey(id).partition) ?? []);
  }

  async finish(runId: string, summary: JsonValue): Promise<boolean> {
    return this.#end(runId, "finished", summary);
  }

  async interrupt(runId: string, summary: JsonValue): Promise<boolean> {
    return this.#end(runId, "interrupted", summary);
  }

  async reopen(runId: string): Promise<void> {
    const ended = { endedAt: undefined, endedBy: undefined, summary: undefined };
    await this.#change(runId, (run) => {
      // A listing that nobody got on with is tried anew; whoever lists it goes on.
      const listing = { ...run.listing, fruitless: 0 };
      return { ...run, ...ended, listing, cancelledAt: undefined, state: "running" };
    });
  }

  cancel(runId: string): Promise<RunRecord> {
    return this.#change(runId, (run) => {
      if (run.state !== "running" || run.cancelledAt !== undefined) return undefined;
      const now = this.#clock.now();
      const { epoch, until } = run.listing;
      // Whoever lists it is fenced off; whoever goes on later has to look at what he has done.
      const over = until === undefined ? {} : { until: now };
      // No push joins it any more: it looks as if somebody had begun.
      const listing = { ...run.listing, ...over, epoch: epoch + 1 };
      return { ...run, listing, cancelledAt: now };
    });
  }

  async #end(runId: string, state: RunState, summary: JsonValue): Promise<boolean> {
    const endedAt = this.#clock.now();
    const endedBy = this.#random.hex(8);
    const run = await this.#change(runId, (current) => {
      if (current.state === "finished") return undefined;
      if (state === "finished" && !current.enumerated) throw notEnumerated(runId);
      return { ...current, state, endedAt, endedBy, summary };
    });
    return run.endedBy === endedBy;
  }

  /** Writes what `next` makes of the run, or leaves it; gives the run that stands then. */
  async #change(
    runId: string,
    next: (run: RunRecord) => RunRecord | undefined,
  ): Promise<RunRecord> {
    return changeRow<RunRecord>(this.#table, {
      key: runKey(runId),
      decide: (row) => {
        if (row === undefined) throw unknownRun(runId);
        const run = decodeRun(row.value);
        const changed = next(run);
        if (changed === undefined) return { kind: "leave", result: run };
        const write = { kind: "write", value: encodeRun(changed), result: () => changed } as const;
        if (changed.state !== "finished") return write;
        return { ...write, options: { expiresAt: this.#clock.now() + this.#keepMs } };
      },
    });
  }
}

function notEnumerated(runId: string): FerryError {
  return new FerryError(`run "${runId}" cannot finish before all its tasks are planned`, {
    code: "RUN_NOT_ENUMERATED",
    remedy: "retry",
  });
}
