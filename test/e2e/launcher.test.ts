import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testedBundle } from "../support/e2e-bundle.ts";
import { type ProcessResult, runProcess } from "../support/run-process.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "imageferry-launcher-"));
  copyFileSync(testedBundle(), join(folder, "imageferry.cjs"));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Has the launcher run another program than ours. */
async function launched(program: string, shell: string): Promise<ProcessResult> {
  writeFileSync(join(folder, "program.cjs"), program);
  return await runProcess("sh", ["-c", shell], {
    env: { PATH: process.env["PATH"] },
    cwd: folder,
    timeoutMs: 20_000,
  });
}

describe("the launcher", () => {
  it("lets a slow reader have all of the output", async () => {
    const bytes = 1024 * 1024;
    const program = `exports.runMain = async () => void process.stdout.write("x".repeat(${bytes}))`;
    const { stdout } = await launched(program, "node imageferry.cjs | (sleep 0.5; wc -c)");
    expect(Number(stdout)).toBe(bytes);
  });

  it("ends with the exit code of what ran", async () => {
    const program = "exports.runMain = async () => { process.exitCode = 3; }";
    const { exitCode } = await launched(program, "node imageferry.cjs");
    expect(exitCode).toBe(3);
  });
});
