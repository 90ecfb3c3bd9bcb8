import { describe, expect, it } from "vitest";
import { PLAIN } from "../../../lib/cli/output/paint.ts";
import { planText } from "../../../lib/cli/output/plan-text.ts";
import { textReport } from "../../../lib/cli/output/text-report.ts";
import { planReport } from "../../../lib/sync/plan-report.ts";
import type { RunReport } from "../../../lib/sync/report.ts";

const REPORT: RunReport = {
  schemaVersion: 1,
  runId: "run-7",
  startedAt: "2026-11-21T12:00:00.000Z",
  finishedAt: "2026-11-21T12:00:04.000Z",
  elapsedMs: 4000,
  enumerated: true,
  totals: {
    planned: 6,
    copied: 2,
    unchanged: 1,
    failed: 3,
    suspended: 0,
    skipped: 1,
    rules: { total: 3, failed: 1 },
  },
  bytes: { copied: 8 * 1024 ** 2, mounted: 1024, skipped: 3072 },
  requests: { "s.io": 12, "t.io": 30 },
  copied: [],
  unchanged: [],
  failed: [
    {
      source: "s/a:1",
      target: "t/a:1",
      code: "DENIED",
      message: "t refuses",
      hint: "imageferry login t",
    },
    {
      source: "s/a:2",
      target: "t/a:2",
      code: "DENIED",
      message: "t refuses",
      hint: "imageferry login t",
    },
    { source: "s/b:1", target: "t/b:1", code: "TIMEOUT", message: "no\u001b[31m answer\nat all" },
  ],
  suspended: [],
  skipped: [],
  rules: [{ rule: "s/c", code: "SOURCE_LIST_FAILED", message: "no such repository" }],
  warnings: [{ rule: "s/a", message: "nothing matches" }],
};

describe("textReport", () => {
  it("groups failures by cause, then counts, then tells the traffic", () => {
    expect(textReport(REPORT, PLAIN)).toEqual([
      "Warning: rule s/a: nothing matches",
      "Failed (2): DENIED: t refuses",
      "  s/a:1 → t/a:1",
      "  s/a:2 → t/a:2",
      "  Try: imageferry login t",
      "Failed (1): TIMEOUT: no [31m answer at all",
      "  s/b:1 → t/b:1",
      "Failed (1): SOURCE_LIST_FAILED: no such repository",
      "  rule s/c",
      "6 tags: 2 copied, 1 unchanged, 3 failed, 1 skipped, 1 of 3 rules failed in 4.0 s",
      "8.0 MiB sent (2.0 MiB/s), 4.0 KiB saved (1.0 KiB mounted, 3.0 KiB already there), 42 requests",
    ]);
  });

  it("shows only the first lines of a cause that many share", () => {
    const failed = Array.from({ length: 25 }, (_, index) => ({
      source: `s/a:${index}`,
      target: `t/a:${index}`,
      code: "TIMEOUT",
      message: `no answer for ${index}`,
    }));
    const lines = textReport({ ...REPORT, failed, rules: [], warnings: [] }, PLAIN);
    expect(lines[0]).toBe("Failed (25): TIMEOUT");
    expect(lines[1]).toBe("  s/a:0 → t/a:0: no answer for 0");
    expect(lines[21]).toBe("  and 5 more: --format json names them all");
  });

  it("tells how to go on when work is left", () => {
    const totals = { ...REPORT.totals, suspended: 2 };
    expect(textReport({ ...REPORT, totals }, PLAIN).at(-1)).toBe(
      "Stopped with work left: run the same command again, or imageferry retry run-7",
    );
    expect(textReport({ ...REPORT, enumerated: false }, PLAIN).at(-1)).toBe(
      "Stopped with work left: run the same command again",
    );
  });
});

describe("planText", () => {
  it("is a table of pairs with their count", () => {
    const plan = planReport(
      [
        { action: "copy", source: "s/a:1", target: "t/a:1", policy: "p" },
        { action: "missing-source", source: "s/long:2", target: "t/a:2", policy: "p" },
      ],
      [{ rule: "r", code: "DEST_EMPTY", message: "empty" }],
    );
    expect(planText(plan, PLAIN)).toEqual([
      "ACTION          SOURCE    TARGET",
      "copy            s/a:1     t/a:1",
      "missing-source  s/long:2  t/a:2",
      "Failed (1): DEST_EMPTY: empty",
      "  rule r",
      "2 tags: 1 to copy, 0 unchanged, 1 missing at the source, 1 rule errors",
    ]);
  });
});
