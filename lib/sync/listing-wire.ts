import type { JsonValue } from "../state/state-table.ts";
import { StoredRecord } from "../state/stored-record.ts";
import { decodeCounts, encodeCounts } from "./count-wire.ts";
import type { PolicyPosition } from "./policy-position.ts";
import type { RuleProblem, RuleWarning } from "./report.ts";
import { decodeCost, type RunCost } from "./run-cost.ts";

const KIND = "a run's listing";

/** What listing a run settled without a task: kept with the run, and part of its totals. */
export interface ListingTotals {
  /** Pairs that were equal already. */
  readonly unchanged: number;
  /** Tasks that were planned. */
  readonly tasks: number;
  /** Rules that gave no tasks, or not all of them. */
  readonly rulesFailed: number;
  /** What went wrong with rules; the first of many. */
  readonly rules: readonly RuleProblem[];
  readonly warnings: readonly RuleWarning[];
  /** Requests sent for the listing, by host. */
  readonly requests: ReadonlyMap<string, number>;
  /** Left out: nobody measured. */
  readonly cost?: RunCost;
}

/** How far a policy got whose listing has begun and not ended. */
export interface OpenPolicy {
  /** Its position in the run. */
  readonly policy: number;
  readonly from: PolicyPosition;
  /** Pairs seen so far, those left to other rules included. */
  readonly seen: number;
  /** Its share of the totals. */
  readonly unchanged: number;
  readonly tasks: number;
  readonly failed: boolean;
  /** It was listed anew from its beginning. */
  readonly restarted: boolean;
  /** Failures to list since it last got on. */
  readonly failures: number;
}

/** Where the listing of a run goes on. */
export interface ListingCursor {
  /** The first policy that has not begun. */
  readonly next: number;
  readonly open: readonly OpenPolicy[];
  /** Pages may have been handled already by somebody who could not tell: look for their tasks. */
  readonly careful: boolean;
  /** Batches of claimed targets kept so far (`claims-wire.ts`). */
  readonly claimBatches: number;
}

/** The listing of a run whose first policy has not begun. */
export const LISTING_START: ListingCursor = {
  next: 0,
  open: [],
  careful: false,
  claimBatches: 0,
};

/** What a listing settled that has settled nothing yet. */
export const NOTHING_LISTED: ListingTotals = {
  unchanged: 0,
  tasks: 0,
  rulesFailed: 0,
  rules: [],
  warnings: [],
  requests: new Map(),
};

/** A cursor as plain data for the state table. */
export function encodeCursor(cursor: ListingCursor): JsonValue {
  const open = cursor.open.map((policy) => ({ ...policy, from: { ...policy.from } }));
  return { ...cursor, open };
}

/**
 * Reads what {@link encodeCursor} made.
 *
 * @throws {FerryError} `STATE_ROW_INVALID`.
 */
export function decodeCursor(value: JsonValue): ListingCursor {
  const record = new StoredRecord(KIND, value);
  return {
    next: record.number("next"),
    careful: record.flag("careful"),
    claimBatches: record.number("claimBatches"),
    open: record.list("open").map(decodeOpenPolicy),
  };
}

/** Totals as plain data for the state table. */
export function encodeListingTotals(totals: ListingTotals): JsonValue {
  const { cost, ...counted } = totals;
  return {
    ...counted,
    ...(cost && { cost: { ...cost } }),
    rules: totals.rules.map((rule) => ({ ...rule })),
    warnings: totals.warnings.map((warning) => ({ ...warning })),
    requests: encodeCounts(totals.requests),
  };
}

/**
 * Reads what {@link encodeListingTotals} made; a run that nobody listed has none of anything.
 *
 * @throws {FerryError} `STATE_ROW_INVALID`.
 */
export function decodeListingTotals(value: JsonValue | undefined): ListingTotals {
  if (value === undefined) return NOTHING_LISTED;
  const record = new StoredRecord(KIND, value);
  const cost = decodeCost(record);
  return {
    ...(cost && { cost }),
    unchanged: record.number("unchanged"),
    tasks: record.number("tasks"),
    rulesFailed: record.number("rulesFailed"),
    rules: decodeRuleProblems(record),
    warnings: decodeRuleWarnings(record),
    requests: decodeCounts(record, "requests"),
  };
}

/** The rule problems in a record's field `rules`. */
export function decodeRuleProblems(record: StoredRecord): RuleProblem[] {
  return record.list("rules").map((entry) => {
    const problem = new StoredRecord(KIND, entry);
    const hint = problem.optionalText("hint");
    return {
      rule: problem.text("rule"),
      code: problem.text("code"),
      message: problem.text("message"),
      ...(hint !== undefined && { hint }),
    };
  });
}

/** The warnings in a record's field `warnings`. */
export function decodeRuleWarnings(record: StoredRecord): RuleWarning[] {
  return record.list("warnings").map((entry) => {
    const warning = new StoredRecord(KIND, entry);
    return { rule: warning.text("rule"), message: warning.text("message") };
  });
}

function decodeOpenPolicy(value: JsonValue): OpenPolicy {
  const record = new StoredRecord(KIND, value);
  return {
    policy: record.number("policy"),
    from: decodePosition(record.json("from")),
    seen: record.number("seen"),
    unchanged: record.number("unchanged"),
    tasks: record.number("tasks"),
    failed: record.flag("failed"),
    restarted: record.flag("restarted"),
    failures: record.number("failures"),
  };
}

function decodePosition(value: JsonValue): PolicyPosition {
  const record = new StoredRecord(KIND, value);
  const token = record.optionalText("token");
  const after = record.optionalText("after");
  const done = record.optionalNumber("done");
  return {
    ...(token !== undefined && { token }),
    ...(after !== undefined && { after }),
    ...(done !== undefined && { done }),
  };
}
