import type { JsonValue } from "../state/state-table.ts";
import { StoredRecord } from "../state/stored-record.ts";
import { decodeCounts, encodeCounts } from "./count-wire.ts";
import { decodeRuleProblems, decodeRuleWarnings } from "./listing-wire.ts";
import type { RuleProblem, RuleWarning, RunReport, RunTotals } from "./report.ts";
import type { RowSums } from "./row-fold.ts";
import { decodeCost } from "./run-cost.ts";

const KIND = "a run's summary";

const NOTHING_MORE = {
  bytes: { copied: 0, mounted: 0, skipped: 0 },
  requests: new Map<string, number>(),
  warnings: [],
};

/** What is kept of a run at its end. */
export interface StoredSummary extends RowSums {
  readonly rules: readonly RuleProblem[];
  readonly warnings: readonly RuleWarning[];
}

/** The part of a report that is kept with its run. */
export function summaryOfReport(report: RunReport): StoredSummary {
  const { totals, bytes, rules, warnings, cost } = report;
  const requests = new Map(Object.entries(report.requests));
  return { totals, bytes, rules, warnings, requests, ...(cost && { cost }) };
}

/** A summary as plain data for the state table. */
export function encodeSummary(summary: StoredSummary): JsonValue {
  const { rules, ...counts } = summary.totals;
  return {
    totals: { ...counts, rules: { ...rules } },
    bytes: { ...summary.bytes },
    requests: encodeCounts(summary.requests),
    ...(summary.cost && { cost: { ...summary.cost } }),
    rules: summary.rules.map((rule) => ({ ...rule })),
    warnings: summary.warnings.map((warning) => ({ ...warning })),
  };
}

/**
 * Reads what {@link encodeSummary} made.
 *
 * @throws {FerryError} `STATE_ROW_INVALID`.
 */
export function decodeSummary(value: JsonValue): StoredSummary {
  const record = new StoredRecord(KIND, value);
  const totals = decodeTotals(record.json("totals"));
  const rules = decodeRuleProblems(record);
  const moved = record.optionalJson("bytes");
  // Runs of the first version kept no more than that.
  if (moved === undefined) return { ...NOTHING_MORE, totals, rules };
  const bytes = new StoredRecord(KIND, moved);
  const cost = decodeCost(record);
  return {
    totals,
    rules,
    bytes: {
      copied: bytes.number("copied"),
      mounted: bytes.number("mounted"),
      skipped: bytes.number("skipped"),
    },
    requests: decodeCounts(record, "requests"),
    warnings: decodeRuleWarnings(record),
    ...(cost && { cost }),
  };
}

function decodeTotals(value: JsonValue): RunTotals {
  const totals = new StoredRecord(KIND, value);
  const rules = new StoredRecord(KIND, totals.json("rules"));
  return {
    planned: totals.number("planned"),
    copied: totals.number("copied"),
    unchanged: totals.number("unchanged"),
    failed: totals.number("failed"),
    suspended: totals.number("suspended"),
    skipped: totals.number("skipped"),
    rules: { total: rules.number("total"), failed: rules.number("failed") },
  };
}
