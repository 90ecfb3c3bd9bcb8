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

describe("sync with image-syncer's flags", () => {
  const images = () => fileOf("images.json", { "s.io/n/app:1.0": "t.io/m/app" });
  const auth = () => fileOf("auth.json", { "s.io": { username: "u", password: "hidden" } });

  it.each([["sync"], []])("works as %s command", async (...command) => {
    const { exitCode, calls, stdout, stderr } = await runCli([
      ...command,
      ...["--auth", auth(), "--images", images(), "--proc", "3", "-r", "1", "--force"],
      ...["--os", "linux", "--arch", "amd64", "--arch", "arm64"],
    ]);
    expect(exitCode).toBe(0);
    expect(calls.options).toMatchObject({ jobs: 3, retries: 1 });
    expect([...(calls.options?.credentials.keys() ?? [])]).toEqual(["s.io"]);
    const policy = calls.sync?.[0][0];
    expect(policy?.source).toEqual({ registry: "s.io", repository: "n/app" });
    expect(policy?.options).toMatchObject({
      force: true,
      platforms: { os: ["linux"], architecture: ["amd64", "arm64"] },
    });
    expect(stdout + stderr).not.toContain("hidden");
    expect(calls.closed).toBe(1);
  });

  it.each([
    ["flags", ["--registry", "r.io", "--namespace", "d"], {}],
    ["variables", [], { DEFAULT_REGISTRY: "r.io", DEFAULT_NAMESPACE: "d" }],
    [
      "flags before variables",
      ["--registry", "r.io"],
      { DEFAULT_REGISTRY: "x.io", DEFAULT_NAMESPACE: "d" },
    ],
  ])("fills an empty target from %s", async (_, args, env) => {
    const empty = fileOf("empty.json", { "s.io/n/app:1.0": "" });
    const { calls } = await runCli(["--images", empty, ...args], { env });
    expect(calls.sync?.[0][0]?.targets[0]?.repository).toEqual({
      registry: "r.io",
      repository: "d/app",
    });
  });

  it("takes --records and tells that it is not needed", async () => {
    const { exitCode, stderr } = await runCli(["--images", images(), "--records", "r"]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain("--records is not needed");
  });

  it("goes on past a bad rule, and never ends with 0 then", async () => {
    const bad = fileOf("bad.json", {
      "s.io/n/app:1.0": "t.io/m/app",
      "s.io/n/UPPER:1": "t.io/m/x",
    });
    const { exitCode, calls, stdout } = await runCli(["--images", bad]);
    expect(exitCode).toBe(1);
    expect(calls.sync?.[0]).toHaveLength(1);
    expect(stdout).toContain("RULE_BAD_REFERENCE");
    expect(stdout).toContain("1 of 2 rules failed");
  });

  it("overrules IMAGEFERRY_CONFIG by --images", async () => {
    const env = { IMAGEFERRY_CONFIG: join(folder, "none.yaml") };
    const { exitCode } = await runCli(["--images", images()], { env });
    expect(exitCode).toBe(0);
  });

  it("refuses --config beside --images", async () => {
    await expect(runCli(["--images", images(), "-c", "x.json"])).rejects.toMatchObject({
      code: "CONFIG_AND_SPLIT_FILES",
    });
  });
});

describe("sync SOURCE TARGET", () => {
  it("lists every tag of a bare source, narrowed by the flags", async () => {
    const { calls } = await runCli([
      ...["sync", "alpine", "t.io/alpine", "--include", "3.*", "--include", "/^4/"],
      ...["--exclude", "*-rc*", "--semver", ">=3", "--newest", "2"],
    ]);
    expect(calls.sync?.[0][0]).toMatchObject({
      source: { registry: "docker.io", repository: "library/alpine" },
      select: {
        kind: "listed",
        include: [
          { kind: "glob", pattern: "3.*" },
          { kind: "regex", pattern: "^4" },
        ],
        exclude: [{ kind: "glob", pattern: "*-rc*" }],
        semver: ">=3",
        newest: 2,
      },
    });
  });

  it("refuses a source without target, and every tag to one tag", async () => {
    await expect(runCli(["sync", "alpine"])).rejects.toMatchObject({
      code: "USAGE_TARGET_MISSING",
    });
    await expect(runCli(["sync", "alpine", "t.io/alpine:1"])).rejects.toMatchObject({
      code: "RULE_COUNT_MISMATCH",
    });
  });

  it("takes credentials from --auth and settings from --registries without any rules", async () => {
    const auth = fileOf("auth.json", { "s.io": { username: "u", password: "p" } });
    const registries = fileOf("registries.json", { "t.io": { plainHttp: true } });
    const args = ["copy", "s.io/a:1", "t.io/a:1", "--auth", auth, "--registries", registries];
    const { calls } = await runCli(args);
    expect([...(calls.options?.credentials.keys() ?? [])]).toEqual(["s.io"]);
    expect(calls.options?.registries).toMatchObject([{ registry: "t.io", plainHttp: true }]);
  });
});

describe("copy", () => {
  it.each([
    [
      ["s.io/a", "t.io/b"],
      { kind: "named", references: [{ reference: { kind: "tag", tag: "latest" } }] },
    ],
    [
      ["s.io/a:1", "t.io/b"],
      { kind: "named", references: [{ reference: { kind: "tag", tag: "1" } }] },
    ],
    [["-a", "s.io/a", "t.io/b"], { kind: "listed", include: [], exclude: [] }],
  ])("%j selects %j", async (args, select) => {
    const { calls } = await runCli(["copy", ...args]);
    expect(calls.sync?.[0][0]?.select).toEqual(select);
  });
});

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

  it("nothing before a wrong path is refused", async () => {
    const output = join(folder, "none", "report.json");
    await expect(runCli([...args, "-o", output])).rejects.toMatchObject({
      code: "OUTPUT_UNWRITABLE",
    });
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
