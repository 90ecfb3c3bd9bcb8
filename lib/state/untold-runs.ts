import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { changeRow } from "./change-row.ts";
import {
  ConflictError,
  type JsonValue,
  type Row,
  type RowKey,
  type StateTable,
} from "./state-table.ts";
import { StoredRecord } from "./stored-record.ts";

/** A run whose end is still to be told to somebody. */
export interface UntoldRun {
  readonly runId: string;
  /** Milliseconds since the epoch. */
  readonly notedAt: number;
  /** Names of those who need not be told any more. */
  readonly settled: readonly string[];
}

/** An untold run that nobody else tells for the time being. */
export type HeldUntoldRun = UntoldRun & { readonly row: Row<JsonValue> };

/** The runs whose end is still to be told: written before a run ends, so that no end gets lost. */
export interface UntoldRuns {
  /** Enters a run; one that stands there is entered anew, for it ends anew. */
  note(runId: string): Promise<void>;
  /** Runs nobody tells at the moment. */
  list(): AsyncIterable<UntoldRun>;
  /** Takes a run for `leaseMs`; `undefined` while another has it, or when it is gone. */
  hold(runId: string, leaseMs: number): Promise<HeldUntoldRun | undefined>;
  /** Gives a run back, with who need not be told any more; nobody tells it for `pauseMs`. */
  release(held: HeldUntoldRun, settled: readonly string[], pauseMs: number): Promise<void>;
  /** Takes a run out, unless it has been entered anew. */
  remove(held: HeldUntoldRun): Promise<void>;
}

/** What never ends is not waited for longer. */
const KEEP_MS = 7 * 86_400_000;
const PARTITION = "runs#untold";

/** Who tells a run, told apart from others who would at the very same time. */
interface Hold {
  readonly heldBy?: string;
  /** Milliseconds since the epoch. */
  readonly heldUntil?: number;
}

/** Untold runs kept in the state table. */
export function createUntoldRuns(
  table: StateTable,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): UntoldRuns {
  const write = (key: RowKey, fields: Omit<UntoldRun, "runId">, hold: Hold = {}) => {
    const value = { ...fields, ...hold };
    const options = { expiresAt: fields.notedAt + KEEP_MS };
    const result = (version: number): HeldUntoldRun => ({
      ...fields,
      runId: key.sort,
      row: { ...key, value, version },
    });
    return { kind: "write", value, options, result } as const;
  };
  return {
    async note(runId) {
      const notedAt = clock.now();
      const { value, options } = write(keyOf(runId), { notedAt, settled: [] });
      await table.put(keyOf(runId), value, "any", options);
    },
    async *list() {
      for await (const row of table.query(PARTITION)) {
        const { heldUntil, ...run } = decode(row);
        if (heldUntil <= clock.now()) yield run;
      }
    },
    hold(runId, leaseMs) {
      const heldBy = random.hex(8);
      return changeRow<HeldUntoldRun | undefined>(table, {
        key: keyOf(runId),
        decide: (row) => {
          if (row === undefined) return { kind: "leave", result: undefined };
          const { heldUntil, notedAt, settled } = decode(row);
          const now = clock.now();
          if (heldUntil > now) return { kind: "leave", result: undefined };
          return write(keyOf(runId), { notedAt, settled }, { heldBy, heldUntil: now + leaseMs });
        },
      });
    },
    async release({ row, notedAt }, settled, pauseMs) {
      const heldUntil = clock.now() + pauseMs;
      const { value, options } = write(row, { notedAt, settled }, { heldUntil });
      await unlessChanged(table.put(row, value, row, options));
    },
    remove: ({ row }) => unlessChanged(table.delete(row, row)),
  };
}

/** A row that was changed meanwhile is somebody else's. */
async function unlessChanged(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
}

function keyOf(runId: string): RowKey {
  return { partition: PARTITION, sort: runId };
}

function decode(row: Row<JsonValue>): UntoldRun & { readonly heldUntil: number } {
  const record = new StoredRecord("an untold run", row.value);
  return {
    runId: row.sort,
    notedAt: record.number("notedAt"),
    settled: record.texts("settled"),
    heldUntil: record.optionalNumber("heldUntil") ?? 0,
  };
}
