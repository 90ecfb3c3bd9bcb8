import type { JsonValue } from "../state/state-table.ts";
import { StoredRecord } from "../state/stored-record.ts";
import { decodeCounts, encodeCounts } from "./count-wire.ts";
import { decodeCost, type RunCost } from "./run-cost.ts";
import type { FailureRecord, TargetOutcome, TransferTotals } from "./task.ts";

const KIND = "a task's outcome";

/** What working on a task took, over all of its attempts. */
export interface TaskUsage {
  /** Invocations that worked on it. */
  readonly attempts: number;
  /** Their time, milliseconds. */
  readonly elapsedMs: number;
  /** Requests sent, by host. */
  readonly requests: ReadonlyMap<string, number>;
  /** Left out: nobody measured. */
  readonly cost?: RunCost;
}

/** What became of a task so far: all that its row keeps besides the task itself. */
export interface TaskRecordOutcome {
  /** By the target's whole name, as are the transfers. */
  readonly outcomes: ReadonlyMap<string, TargetOutcome>;
  /** Summed over all attempts. */
  readonly transfers: ReadonlyMap<string, TransferTotals>;
  /** Left out: nobody counted. */
  readonly usage?: TaskUsage;
}

/** A task's outcome as plain data for the state table. */
export function encodeRecordOutcome(record: TaskRecordOutcome): JsonValue {
  const { outcomes, transfers, usage } = record;
  const names = [...new Set([...outcomes.keys(), ...transfers.keys()])];
  const targets = names.map((target) => {
    const outcome = outcomes.get(target);
    const transfer = transfers.get(target);
    return {
      target,
      ...(outcome && { outcome: encodeOutcome(outcome) }),
      ...(transfer && { transfer: { ...transfer } }),
    };
  });
  return { targets, ...(usage && { usage: encodeUsage(usage) }) };
}

/**
 * Reads what {@link encodeRecordOutcome} made; a row without outcome has none of anything.
 *
 * @throws {FerryError} `STATE_ROW_INVALID`.
 */
export function decodeRecordOutcome(value: JsonValue | undefined): TaskRecordOutcome {
  if (value === undefined) return { outcomes: new Map(), transfers: new Map() };
  // Rows of the first version hold the list of targets alone.
  const record = Array.isArray(value) ? undefined : new StoredRecord(KIND, value);
  const list = record === undefined ? value : record.json("targets");
  const targets = (Array.isArray(list) ? list : []).map(
    (entry: JsonValue) => new StoredRecord(KIND, entry),
  );
  const usage = record?.optionalJson("usage");
  return {
    outcomes: new Map(
      targets.flatMap((entry): [string, TargetOutcome][] => {
        const outcome = entry.optionalJson("outcome");
        return outcome === undefined ? [] : [[entry.text("target"), decodeOutcome(outcome)]];
      }),
    ),
    transfers: new Map(
      targets.flatMap((entry): [string, TransferTotals][] => {
        const transfer = entry.optionalJson("transfer");
        return transfer === undefined ? [] : [[entry.text("target"), decodeTransfer(transfer)]];
      }),
    ),
    ...(usage !== undefined && { usage: decodeUsage(usage) }),
  };
}

function encodeOutcome(outcome: TargetOutcome): JsonValue {
  if (outcome.kind !== "failed") return { ...outcome };
  return { kind: "failed", failure: { ...outcome.failure } };
}

function decodeOutcome(value: JsonValue): TargetOutcome {
  const record = new StoredRecord(KIND, value);
  const kind = record.oneOf("kind", ["copied", "unchanged", "skipped", "suspended", "failed"]);
  switch (kind) {
    case "copied": {
      const rewritten = record.flag("rewritten");
      return { kind, ...digests(record), rewritten };
    }
    case "unchanged":
      return { kind, ...digests(record) };
    case "skipped":
      return { kind, reason: record.text("reason") };
    case "suspended":
      return { kind };
    case "failed":
      return { kind, failure: decodeFailure(record.json("failure")) };
  }
}

function digests(record: StoredRecord) {
  return {
    sourceDigest: record.digest("sourceDigest"),
    targetDigest: record.digest("targetDigest"),
  };
}

function decodeFailure(value: JsonValue): FailureRecord {
  const record = new StoredRecord(KIND, value);
  const hint = record.optionalText("hint");
  return {
    code: record.text("code"),
    message: record.text("message"),
    retriable: record.flag("retriable"),
    ...(hint !== undefined && { hint }),
  };
}

function decodeTransfer(value: JsonValue): TransferTotals {
  const record = new StoredRecord(KIND, value);
  return {
    bytesCopied: record.number("bytesCopied"),
    bytesMounted: record.number("bytesMounted"),
    bytesSkipped: record.number("bytesSkipped"),
  };
}

function encodeUsage({ attempts, elapsedMs, requests, cost }: TaskUsage): JsonValue {
  const counted = { attempts, elapsedMs, requests: encodeCounts(requests) };
  return { ...counted, ...(cost && { cost: { ...cost } }) };
}

function decodeUsage(value: JsonValue): TaskUsage {
  const record = new StoredRecord(KIND, value);
  const cost = decodeCost(record);
  return {
    attempts: record.number("attempts"),
    elapsedMs: record.number("elapsedMs"),
    requests: decodeCounts(record, "requests"),
    ...(cost && { cost }),
  };
}
