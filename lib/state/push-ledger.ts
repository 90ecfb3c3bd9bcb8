import type { Clock } from "../base/clock.ts";
import type { Digest } from "../oci/digest.ts";
import {
  ConflictError,
  type JsonValue,
  type Row,
  type RowKey,
  type StateTable,
} from "./state-table.ts";
import { StoredRecord } from "./stored-record.ts";

/** The run that was last started for one piece of work that pushes ask for. */
export interface LastPush {
  readonly runId: string;
  /** When the run may begin, milliseconds since the epoch. */
  readonly at: number;
  /** What the newest push that it is for has brought; left out when that is not known. */
  readonly digest?: Digest | undefined;
  /** The run is entered: nothing is left to be done for it. */
  readonly started: boolean;
}

/** A {@link LastPush} as it was read, for writing it again. */
export type LastPushRow = LastPush & { readonly row: Row<JsonValue> };

/** What pushes of a tag have led to lately, so that many within seconds lead to one run. */
export interface PushLedger {
  /** @param work name of what is to be done: the same for the same policies and tag. */
  last(work: string): Promise<LastPushRow | undefined>;
  /**
   * Writes what holds from now on.
   *
   * @param seen what is there; left out: nothing.
   * @returns `undefined` when somebody else has written meanwhile.
   */
  write(
    work: string,
    push: LastPush,
    seen: LastPushRow | undefined,
  ): Promise<LastPushRow | undefined>;
}

/** Longer than clocks differ and runs wait. */
const KEEP_MS = 24 * 3_600_000;

/** A push ledger over the state table. */
export function createPushLedger(
  table: StateTable,
  { clock }: { readonly clock: Clock },
): PushLedger {
  return {
    async last(work) {
      const row = await table.get(pushKey(work));
      return row && { ...decode(row.value), row };
    },
    async write(work, push, seen) {
      const key = pushKey(work);
      const value = { ...push };
      const options = { expiresAt: clock.now() + KEEP_MS };
      try {
        const version = await table.put(key, value, seen?.row ?? "absent", options);
        return { ...push, row: { ...key, value, version } };
      } catch (error) {
        if (error instanceof ConflictError) return undefined;
        throw error;
      }
    },
  };
}

function pushKey(work: string): RowKey {
  return { partition: `push#${work}`, sort: "-" };
}

function decode(value: JsonValue): LastPush {
  const record = new StoredRecord("a push", value);
  const digest = record.optionalText("digest") === undefined ? undefined : record.digest("digest");
  return {
    runId: record.text("runId"),
    at: record.number("at"),
    started: record.flag("started"),
    ...(digest !== undefined && { digest }),
  };
}
