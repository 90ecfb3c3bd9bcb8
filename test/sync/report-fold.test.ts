import { describe, expect, it } from "vitest";
import { isFullySuccessful, withRuleProblems } from "../../lib/sync/report.ts";
import { createReportFold } from "../../lib/sync/report-fold.ts";
import { COPIED, failedWith, planned, settled, UNCHANGED } from "../cli/events.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

function foldOf(...events: Parameters<ReturnType<typeof createReportFold>["sink"]>[0][]) {
  const requests = () => new Map([["s.io", 3]]);
  const fold = createReportFold("run-1", { clock: new VirtualClock(), requests });
  fold.sink({ type: "run.started", runId: "run-1", policies: 2 });
  for (const event of events) fold.sink(event);
  fold.sink({ type: "run.enumerated", runId: "run-1", tasks: 0 });
  return fold.report();
}

describe("createReportFold", () => {
  it("counts every planned pair exactly once", () => {
    const report = foldOf(
      ...["1", "2", "3", "4", "5"].map((id) => planned(id)),
      settled("1", COPIED, 7),
      settled("2", UNCHANGED),
      settled("3", failedWith("TIMEOUT")),
      settled("4", { kind: "skipped", reason: "no wanted platform" }),
    );
    expect(report.totals).toEqual({
      planned: 4,
      copied: 1,
      unchanged: 1,
      failed: 1,
      suspended: 1,
      skipped: 1,
      rules: { total: 2, failed: 0 },
    });
    expect(report.suspended).toEqual([{ source: "s.io/app:5", target: "t.io/app:5" }]);
    expect(report.bytes).toEqual({ copied: 7, mounted: 40, skipped: 400 });
    expect(report.requests).toEqual({ "s.io": 3 });
  });

  it("tells times in RFC 3339 and the duration in milliseconds", async () => {
    const clock = new VirtualClock(Date.parse("2026-11-21T12:00:00Z"));
    const fold = createReportFold("run-1", { clock });
    await clock.advance(1500);
    const report = fold.report();
    expect(report.startedAt).toBe("2026-11-21T12:00:00.000Z");
    expect(report.finishedAt).toBe("2026-11-21T12:00:01.500Z");
    expect(report.elapsedMs).toBe(1500);
  });

  it("takes the last outcome of a pair that was tried again, and the bytes of all attempts", () => {
    const report = foldOf(
      planned("1"),
      settled("1", failedWith("TIMEOUT"), 5),
      settled("1", COPIED, 7),
    );
    expect(report.totals).toMatchObject({ planned: 1, copied: 1, failed: 0 });
    expect(report.bytes.copied).toBe(12);
  });

  it("keeps the targets of one source apart", () => {
    const report = foldOf(planned("1", ["t.io/app:1", "u.io/app:1"]), settled("1", COPIED));
    expect(report.totals).toMatchObject({ planned: 2, copied: 1, suspended: 1 });
  });

  it("counts a rule with two failures once", () => {
    const failure = { code: "SOURCE_LIST_FAILED", message: "no", retriable: false };
    const report = foldOf(
      { type: "rule.failed", policy: "p", failure },
      { type: "rule.failed", policy: "p", failure },
    );
    expect(report.totals.rules).toEqual({ total: 2, failed: 1 });
    expect(report.rules).toHaveLength(2);
  });

  it("marks a rewritten index, whose digests differ", () => {
    const report = foldOf(settled("1", { ...COPIED, rewritten: true }));
    expect(report.copied[0]).toMatchObject({ rewritten: true });
  });
});

describe("isFullySuccessful", () => {
  it.each([
    ["everything copied", [settled("1", COPIED)], true],
    ["nothing to do", [], true],
    ["a failure", [settled("1", failedWith("TIMEOUT"))], false],
    ["work left", [planned("1")], false],
  ])("with %s: %#", (_, events, expected) => {
    expect(isFullySuccessful(foldOf(...events))).toBe(expected);
  });

  it("is false when rules were refused before the run, or not listed to their end", () => {
    const report = foldOf();
    const refused = withRuleProblems(report, [{ rule: "r", code: "DEST_EMPTY", message: "m" }]);
    expect(isFullySuccessful(refused)).toBe(false);
    expect(refused.totals.rules).toEqual({ total: 3, failed: 1 });
    expect(isFullySuccessful({ ...report, enumerated: false })).toBe(false);
  });
});
