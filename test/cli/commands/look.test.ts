import { describe, expect, it } from "vitest";
import { planReport } from "../../../lib/sync/plan-report.ts";
import type { RunDetail } from "../../../lib/sync/report.ts";
import { createReportFold } from "../../../lib/sync/report-fold.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { COPIED, failedWith, planned, settled } from "../events.ts";
import { runCli } from "../memory-terminal.ts";

const RUN: RunDetail = {
  runId: "run-9",
  state: "suspended",
  startedAt: "2026-11-21T12:00:00.000Z",
  totals: {
    planned: 3,
    copied: 1,
    unchanged: 0,
    failed: 1,
    suspended: 1,
    skipped: 0,
    rules: { total: 1, failed: 0 },
  },
  tasks: [
    { source: "s/a:1", target: "t/a:1", state: "copied" },
    { source: "s/a:2", target: "t/a:2", state: "failed", code: "TIMEOUT", message: "no answer" },
    { source: "s/a:3", target: "t/a:3", state: "suspended" },
  ],
  rules: [],
};

describe("status", () => {
  const ferry = {
    runs: async () => [RUN],
    run: async (runId: string) => (runId === "run-9" ? RUN : undefined),
  };

  it("lists runs", async () => {
    const { stdout } = await runCli(["status"], { ferry });
    expect(stdout.split("\n")).toEqual([
      "RUN    STATE      STARTED                   COPIED  UNCHANGED  FAILED  LEFT",
      "run-9  suspended  2026-11-21T12:00:00.000Z  1       0          1       1",
      "",
    ]);
    expect((await runCli(["status"])).stdout).toBe("No runs are remembered.\n");
  });

  it("shows what of one run has not ended well, and why", async () => {
    const { stdout } = await runCli(["status", "run-9"], { ferry });
    expect(stdout.split("\n").slice(3)).toEqual([
      "STATE      SOURCE  TARGET",
      "failed     s/a:2   t/a:2",
      "suspended  s/a:3   t/a:3",
      "Failed (1): TIMEOUT: no answer",
      "  s/a:2 → t/a:2",
      "",
    ]);
  });

  it("gives one document as JSON", async () => {
    const { stdout } = await runCli(["status", "run-9", "--format", "json"], { ferry });
    expect(JSON.parse(stdout)).toEqual({ schemaVersion: 1, ...RUN });
  });

  it("refuses a run that nobody knows", async () => {
    await expect(runCli(["status", "x"], { ferry })).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
  });
});

describe("report", () => {
  const fold = createReportFold("run-9", { clock: new VirtualClock() });
  fold.sink({ type: "run.started", runId: "run-9", policies: 1 });
  for (const id of ["1", "2"]) fold.sink(planned(id));
  fold.sink(settled("1", COPIED, 2048));
  fold.sink(settled("2", failedWith("TIMEOUT", "no answer")));
  fold.sink({ type: "run.enumerated", runId: "run-9", tasks: 2 });
  const stored = fold.report();
  const ferry = {
    report: async (runId: string) => (runId === "run-9" ? stored : undefined),
  };

  it("shows what sync showed at the run's end", async () => {
    const { stdout, exitCode } = await runCli(["report", "run-9"], { ferry });
    expect(exitCode).toBe(0);
    expect(stdout.split("\n").slice(0, 3)).toEqual([
      "Failed (1): TIMEOUT: no answer",
      "  s.io/app:2 → t.io/app:2",
      "2 tags: 1 copied, 0 unchanged, 1 failed in 0 ms",
    ]);
  });

  it("gives the same document as sync", async () => {
    const { stdout } = await runCli(["report", "run-9", "--format", "json"], { ferry });
    expect(JSON.parse(stdout)).toEqual(stored);
  });

  it("refuses a run that nobody knows", async () => {
    await expect(runCli(["report", "x"], { ferry })).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
  });
});

describe("retry", () => {
  it("goes on with the run it names, and reports like sync", async () => {
    const { exitCode, calls, stdout } = await runCli(["retry", "run-9", "--format", "json"]);
    expect(exitCode).toBe(0);
    expect(calls.retry?.[0]).toBe("run-9");
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1 });
  });
});

describe("tags", () => {
  it("gives one tag a line, or one document", async () => {
    expect((await runCli(["tags", "alpine"])).stdout).toBe("1.0\n2.0\n");
    const { stdout } = await runCli(["ls", "alpine", "--format", "json"]);
    expect(JSON.parse(stdout)).toEqual({
      schemaVersion: 1,
      repository: "docker.io/library/alpine",
      tags: ["1.0", "2.0"],
    });
  });

  it("refuses a single image", async () => {
    await expect(runCli(["tags", "alpine:3"])).rejects.toMatchObject({
      code: "USAGE_NOT_A_REPOSITORY",
    });
  });
});

describe("plan", () => {
  const task = { source: "s/a:1", target: "t/a:1", action: "copy", policy: "p" } as const;
  const ferry = { plan: async () => planReport([task], []) };

  it("ends with 0 also when something is to be copied", async () => {
    const plan = await runCli(["plan", "s/a", "t/a", "--format", "json"], { ferry });
    expect(plan.exitCode).toBe(0);
    expect(JSON.parse(plan.stdout)).toMatchObject({ schemaVersion: 1, tasks: [task] });
  });

  it("hands --offline on", async () => {
    const { calls } = await runCli(["plan", "s/a", "t/a", "--offline"]);
    expect(calls.plan?.[1].offline).toBe(true);
  });
});

describe("version", () => {
  it("tells itself, node and platform", async () => {
    const { stdout } = await runCli(["version", "--format", "json"]);
    expect(JSON.parse(stdout)).toMatchObject({ version: "1.2.3", node: process.versions.node });
    expect((await runCli(["version"])).stdout).toMatch(/^imageferry 1\.2\.3 \(node /);
    expect((await runCli(["--version"])).stdout).toBe("1.2.3\n");
  });
});

describe("help", () => {
  it("is data when asked for, and an error when nothing is", async () => {
    const asked = await runCli(["--help"]);
    expect(asked).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("Exit codes:") });
    const nothing = await runCli([]);
    expect(nothing).toMatchObject({ exitCode: 2, stdout: "" });
  });

  it("suggests the command that was meant", async () => {
    const { exitCode, stderr } = await runCli(["snyc"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Did you mean sync?");
  });
});
