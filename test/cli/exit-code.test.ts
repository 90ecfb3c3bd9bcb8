import { describe, expect, it } from "vitest";
import { FerryError, type Remedy } from "../../lib/base/error.ts";
import {
  exitCodeOfCheck,
  exitCodeOfError,
  exitCodeOfPlan,
  exitCodeOfRun,
  exitCodeOfSignal,
} from "../../lib/cli/exit-code.ts";
import {
  type CheckedState,
  type CheckedTag,
  type CheckReport,
  checkReport,
} from "../../lib/sync/check-report.ts";
import type { SyncEvent } from "../../lib/sync/events.ts";
import { type PlannedAction, planReport } from "../../lib/sync/plan-report.ts";
import type { RunReport } from "../../lib/sync/report.ts";
import { createReportFold } from "../../lib/sync/report-fold.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { COPIED, failedWith, planned, settled, UNCHANGED } from "./events.ts";

const ENUMERATED: SyncEvent = { type: "run.enumerated", runId: "r", tasks: 0 };

function reportOf(...events: readonly SyncEvent[]) {
  const fold = createReportFold("r", { clock: new VirtualClock() });
  for (const event of events) fold.sink(event);
  return fold.report();
}

describe("exitCodeOfRun", () => {
  const refused = failedWith("CREDENTIALS_REFUSED");
  it.each<[string, number, readonly SyncEvent[]]>([
    ["nothing to do", 0, [ENUMERATED]],
    ["all done", 0, [settled("1", COPIED), settled("2", UNCHANGED), ENUMERATED]],
    [
      "skipped by the rule's words",
      0,
      [settled("1", { kind: "skipped", reason: "r" }), ENUMERATED],
    ],
    ["one failed", 1, [settled("1", COPIED), settled("2", failedWith("TIMEOUT")), ENUMERATED]],
    ["all refused", 3, [settled("1", refused), settled("2", failedWith("DENIED")), ENUMERATED]],
    ["refused by a cloud", 3, [settled("1", failedWith("CLOUD_ACCESS_DENIED")), ENUMERATED]],
    ["some refused", 1, [settled("1", refused), settled("2", failedWith("TIMEOUT")), ENUMERATED]],
    ["work left", 75, [settled("1", COPIED), planned("2"), ENUMERATED]],
    ["work left beside failures", 75, [settled("1", refused), planned("2"), ENUMERATED]],
    ["stopped while listing", 75, [settled("1", COPIED)]],
    ["stopped by a failure while listing", 75, [settled("1", failedWith("TIMEOUT"))]],
  ])("%s: %d", (_, code, events) => {
    expect(exitCodeOfRun(reportOf(...events))).toBe(code);
  });

  it("counts a failed rule as a failure", () => {
    const failure = { code: "SOURCE_LIST_FAILED", message: "m", retriable: true };
    expect(exitCodeOfRun(reportOf({ type: "rule.failed", policy: "p", failure }, ENUMERATED))).toBe(
      1,
    );
  });
});

const error = (code: string) => [{ rule: "r", code, message: "m" }];

describe("exitCodeOfPlan", () => {
  it.each<[PlannedAction[], string | undefined, number]>([
    [["unchanged"], undefined, 0],
    [["unchanged", "copy"], undefined, 0],
    [["missing-source", "copy"], undefined, 1],
    [["copy"], "SOURCE_LIST_FAILED", 1],
    [["copy"], "CREDENTIALS_REFUSED", 3],
  ])("%j with error %s: %d", (actions, code, ofPlan) => {
    const tasks = actions.map((action) => ({ action, source: "s", target: "t", policy: "p" }));
    const report = planReport(tasks, code === undefined ? [] : error(code));
    expect(exitCodeOfPlan(report)).toBe(ofPlan);
  });
});

describe("exitCodeOfCheck", () => {
  const tag = (state: CheckedState, more: Partial<CheckedTag> = {}): CheckedTag => ({
    ...{ source: "s.io/app:1", target: "t.io/app:1", policy: "p", drift: [], state },
    ...more,
  });
  const check = (tags: readonly CheckedTag[], code?: string, repair?: RunReport) => ({
    ...checkReport({
      depth: "tags",
      tags,
      errors: code === undefined ? [] : error(code),
      lookedAt: { manifests: 0, blobs: 0, bytesRead: 0 },
    }),
    ...(repair && { repair }),
  });

  it.each<[string, CheckReport, number]>([
    ["nothing", check([]), 0],
    ["equal", check([tag("equal"), tag("skipped")]), 0],
    ["drift", check([tag("equal"), tag("drifted")]), 4],
    ["drift that was mended", check([tag("drifted", { repaired: true })]), 0],
    ["drift that was not", check([tag("drifted", { repaired: false })]), 4],
    ["missing at the source", check([tag("missing-source"), tag("drifted")]), 1],
    ["could not be told", check([tag("failed", { code: "TIMEOUT" }), tag("drifted")]), 1],
    ["refused", check([tag("failed", { code: "DENIED" }), tag("drifted")]), 3],
    ["a rule failed", check([tag("drifted")], "SOURCE_LIST_FAILED"), 1],
    ["a rule was refused", check([tag("drifted")], "CREDENTIALS_REFUSED"), 3],
    [
      "a copy failed",
      check(
        [tag("drifted", { repaired: false })],
        undefined,
        reportOf(settled("1", failedWith("TIMEOUT")), ENUMERATED),
      ),
      1,
    ],
    [
      "a copy failed whose target is as wanted by now",
      check(
        [tag("drifted", { repaired: true })],
        undefined,
        reportOf(settled("1", failedWith("TIMEOUT")), ENUMERATED),
      ),
      0,
    ],
    [
      "a copy left",
      check([tag("drifted", { repaired: false })], "DENIED", reportOf(planned("1"), ENUMERATED)),
      75,
    ],
  ])("%s", (_, report, code) => {
    expect(exitCodeOfCheck(report)).toBe(code);
  });
});

describe("exitCodeOfError", () => {
  it.each<[Remedy, number]>([
    ["fixInput", 2],
    ["authenticate", 3],
    ["retry", 1],
    ["retryAfter", 1],
    ["giveUp", 1],
  ])("remedy %s: %d", (remedy, code) => {
    expect(exitCodeOfError(new FerryError("m", { code: "X", remedy }))).toBe(code);
  });

  it("calls everything unforeseen an internal error", () => {
    expect(exitCodeOfError(new TypeError("x is not a function"))).toBe(70);
    expect(exitCodeOfError("thrown text")).toBe(70);
  });
});

describe("exitCodeOfSignal", () => {
  it("counts as shells do", () => {
    expect(exitCodeOfSignal("SIGINT")).toBe(130);
    expect(exitCodeOfSignal("SIGTERM")).toBe(143);
    expect(exitCodeOfSignal("SIGPIPE")).toBe(141);
  });
});
