import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { COPIED, failedWith, planned, settled } from "../events.ts";
import { runCli } from "../memory-terminal.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "imageferry-cli-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function fileOf(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

describe("what a run writes", () => {
  const copyTwo = {
    run: (emit: Parameters<NonNullable<Parameters<typeof runCli>[1]>["run"] & object>[0]) => {
      emit(planned("1"));
      emit(planned("2"));
      emit(settled("1", COPIED, 2048));
      emit(settled("2", failedWith("TIMEOUT", "no answer")));
    },
  };
  const args = ["sync", "s.io/app", "t.io/app"];

  it("text: lines on standard error, the report on standard output", async () => {
    const { exitCode, stdout, stderr } = await runCli(args, copyTwo);
    expect(exitCode).toBe(1);
    expect(stderr.split("\n").slice(0, 2)).toEqual([
      "copied    s.io/app:1 → t.io/app:1 (2.0 KiB)",
      "failed    s.io/app:2 → t.io/app:2: no answer [TIMEOUT]",
    ]);
    expect(stdout).toContain("2 tags: 1 copied, 0 unchanged, 1 failed");
  });

  it("json: exactly one document", async () => {
    const { stdout } = await runCli([...args, "--format", "json"], copyTwo);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      totals: { planned: 2, copied: 1, failed: 1 },
      failed: [{ source: "s.io/app:2", code: "TIMEOUT", message: "no answer" }],
    });
  });

  it("ndjson: the events, then the report", async () => {
    const { stdout, stderr } = await runCli([...args, "--format", "ndjson"], copyTwo);
    const types = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).type);
    expect(types[0]).toBe("run.started");
    expect(types.at(-1)).toBe("report");
    expect(types.filter((type) => type === "target.settled")).toHaveLength(2);
    expect(stderr).toBe("");
  });

  it("files of what was copied and what failed, which can be run again", async () => {
    const failed = join(folder, "failed.yaml");
    const done = join(folder, "done.json");
    await runCli([...args, "--output-failed", failed, "--output-success-images", done], copyTwo);
    expect(JSON.parse(readFileSync(done, "utf8"))).toEqual({ "s.io/app:1": ["t.io/app:1"] });
    const { calls } = await runCli(["--images", failed]);
    expect(calls.sync?.[0]).toMatchObject([
      { source: { repository: "app" }, select: { references: [{ reference: { tag: "2" } }] } },
    ]);
  });

  it("a failed rule as a whole into the file of failures", async () => {
    const failed = join(folder, "failed.json");
    const failure = { code: "SOURCE_LIST_FAILED", message: "m", retriable: true };
    await runCli([...args, "--output-failed", failed], {
      run: (emit) => emit({ type: "rule.failed", policy: "s.io/app t.io/app", failure }),
    });
    expect(JSON.parse(readFileSync(failed, "utf8"))).toEqual({ "s.io/app": ["t.io/app"] });
  });

  it("its data to a file", async () => {
    const output = join(folder, "report.json");
    const { stdout } = await runCli([...args, "--format", "json", "-o", output], copyTwo);
    expect(stdout).toBe("");
    expect(JSON.parse(readFileSync(output, "utf8"))).toMatchObject({ runId: "run-1" });
  });

  it("its data to standard output for -", async () => {
    const { stdout } = await runCli([...args, "--format", "json", "-o", "-"], copyTwo);
    expect(JSON.parse(stdout)).toMatchObject({ runId: "run-1" });
  });

  it.each(["-o", "--output-failed", "--output-success-images"])(
    "nothing before a wrong path of %s is refused",
    async (flag) => {
      let isRun = false;
      const run = () => {
        isRun = true;
      };
      const output = join(folder, "none", "report.json");
      await expect(runCli([...args, flag, output], { run })).rejects.toMatchObject({
        code: "OUTPUT_UNWRITABLE",
      });
      expect(isRun).toBe(false);
    },
  );

  it("leaves a rules file as it was until the run is over", async () => {
    const failed = fileOf("failed.json", { old: "rules" });
    let during = "";
    const run = () => {
      during = readFileSync(failed, "utf8");
    };
    await runCli([...args, "--output-failed", failed], { run });
    expect(JSON.parse(during)).toEqual({ old: "rules" });
    expect(JSON.parse(readFileSync(failed, "utf8"))).toEqual({});
  });

  it("a log with --log, and goes on when it cannot be opened", async () => {
    const log = join(folder, "run.log");
    await runCli([...args, "--log", log], copyTwo);
    const levels = readFileSync(log, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).level);
    expect(levels).toContain("error");
    const outcome = await runCli([
      ...args,
      "--log",
      join(folder, "none", "x"),
      "--log-level",
      "silent",
    ]);
    expect(outcome.exitCode).toBe(0);
    expect(outcome.stderr).toContain("cannot log to");
  });
});

describe("a run that is stopped", () => {
  it("reports what is left and exits with 75", async () => {
    const stop = new AbortController();
    const { exitCode, stdout, stderr } = await runCli(["sync", "s.io/app", "t.io/app"], {
      signal: stop.signal,
      run: (emit) => {
        emit(planned("1"));
        stop.abort();
      },
    });
    expect(exitCode).toBe(75);
    expect(stderr).toContain("Stopping at a safe point");
    expect(stdout).toContain("imageferry retry run-1");
  });

  it("exits with 75 when it was stopped before there was a report", async () => {
    const stop = new AbortController();
    const { exitCode, calls } = await runCli(["sync", "s.io/app", "t.io/app"], {
      signal: stop.signal,
      run: () => {
        stop.abort();
        throw stop.signal.reason;
      },
    });
    expect(exitCode).toBe(75);
    expect(calls.closed).toBe(1);
  });

  it("hands on what else is thrown, and closes the ferry", async () => {
    let closed = 0;
    const ferry = {
      sync: () => Promise.reject(new Error("broken")),
      close: async () => void closed++,
    };
    await expect(runCli(["sync", "s.io/a", "t.io/a"], { ferry })).rejects.toThrow("broken");
    expect(closed).toBe(1);
  });
});
