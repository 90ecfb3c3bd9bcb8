import type { JsonValue } from "../state/state-table.ts";
import { StoredRecord } from "../state/stored-record.ts";
import type { FailureRecord, TargetOutcome } from "./task.ts";

const KIND = "a task's outcome";

/** Outcomes by the target's whole name, as plain data for the state table. */
export function encodeOutcomes(outcomes: ReadonlyMap<string, TargetOutcome>): JsonValue {
  return [...outcomes].map(([target, outcome]) => ({ target, outcome: encodeOutcome(outcome) }));
}

/**
 * Reads what {@link encodeOutcomes} made.
 *
 * @throws {FerryError} `STATE_ROW_INVALID`.
 */
export function decodeOutcomes(value: JsonValue | undefined): Map<string, TargetOutcome> {
  const list: readonly JsonValue[] = Array.isArray(value) ? value : [];
  return new Map(
    list.map((entry) => {
      const record = new StoredRecord(KIND, entry);
      return [record.text("target"), decodeOutcome(record.json("outcome"))];
    }),
  );
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
