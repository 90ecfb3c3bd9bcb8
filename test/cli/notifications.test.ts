import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "./memory-terminal.ts";

let folder = "";
let config = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "imageferry-cli-"));
  config = join(folder, "imageferry.json");
  const policies = [{ name: "app", source: "s.io/app", target: "t.io/app" }];
  const notifications = { ops: { kind: "slack", url: "env:SLACK_URL" } };
  writeFileSync(config, JSON.stringify({ policies, notifications }));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const FAILED = {
  type: "notice.failed",
  runId: "run-1",
  receiver: "ops",
  failure: { code: "NOTICE_REFUSED", message: "answered 404\u001B[2J", retriable: false },
} as const;

describe("notifications of the command line", () => {
  it("are those of the configuration that sync reads", async () => {
    const { calls } = await runCli(["sync", "--config", config]);
    expect(calls.options?.notifications).toEqual([
      { name: "ops", kind: "slack", url: "env:SLACK_URL", on: "failure", allowPrivate: false },
    ]);
  });

  it("are not sent for what stands on the command line", async () => {
    const { calls } = await runCli(["sync", "s.io/app", "t.io/app", "--config", config]);
    expect(calls.options).toBeDefined();
    expect(calls.options?.notifications).toBeUndefined();
  });

  it("are told of where they fail, and change no exit code", async () => {
    const { exitCode, stderr } = await runCli(["sync", "--config", config], {
      run: (emit) => emit(FAILED),
    });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^failed {4}notification ops: answered 404.*\[NOTICE_REFUSED\]$/m);
    expect(stderr).not.toContain("\u001B");
  });

  it("show no address in config show", async () => {
    const { stdout } = await runCli(["config", "show", "--config", config]);
    expect(stdout).toContain("env:SLACK_URL");
  });
});
