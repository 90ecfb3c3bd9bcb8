import { changeRow } from "./change-row.ts";
import { scheduleKey } from "./row-keys.ts";
import type { JsonValue, StateTable } from "./state-table.ts";
import { StoredRecord } from "./stored-record.ts";

/** How far the times of a policy's schedule are dealt with. */
export interface ScheduleMark {
  /** The schedule this is about; another one begins anew. */
  readonly schedule: string;
  /** Every time up to here is dealt with, milliseconds since the epoch. */
  readonly doneUntil: number;
  /** The run that was started last. */
  readonly runId?: string;
}

/** What the timers of policies have done, over restarts and in all processes. */
export interface ScheduleLedger {
  get(policy: string): Promise<ScheduleMark | undefined>;
  /**
   * Notes how far the times are dealt with.
   *
   * @param seen as it was read; left out: nothing was there.
   * @returns what stands then: another's, when somebody else was faster.
   */
  advance(
    policy: string,
    mark: ScheduleMark,
    seen: ScheduleMark | undefined,
  ): Promise<ScheduleMark>;
}

/** A schedule ledger over the state table. */
export function createScheduleLedger(table: StateTable): ScheduleLedger {
  return {
    async get(policy) {
      const row = await table.get(scheduleKey(policy));
      return row && decode(row.value);
    },
    advance: (policy, mark, seen) =>
      changeRow<ScheduleMark>(table, {
        key: scheduleKey(policy),
        decide: (row) => {
          const stands = row && decode(row.value);
          return isSame(stands, seen)
            ? { kind: "write", value: { ...mark }, result: () => mark }
            : { kind: "leave", result: stands ?? mark };
        },
      }),
  };
}

function isSame(one: ScheduleMark | undefined, other: ScheduleMark | undefined): boolean {
  return one?.schedule === other?.schedule && one?.doneUntil === other?.doneUntil;
}

function decode(value: JsonValue): ScheduleMark {
  const record = new StoredRecord("a schedule", value);
  const runId = record.optionalText("runId");
  return {
    schedule: record.text("schedule"),
    doneUntil: record.number("doneUntil"),
    ...(runId !== undefined && { runId }),
  };
}
