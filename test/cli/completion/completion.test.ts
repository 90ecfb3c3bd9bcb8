import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../memory-terminal.ts";

describe("bash completion", () => {
  let folder = "";
  let script = "";
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "imageferry-completion-"));
    script = join(folder, "completion.bash");
    writeFileSync(script, (await runCli(["completion", "bash"])).stdout);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function complete(...words: readonly string[]): string[] {
    const program = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _imageferry
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const args = ["--noprofile", "--norc", "-c", program, "bash", script, "imageferry", ...words];
    return execFileSync("bash", args, { encoding: "utf8" }).split("\n").filter(Boolean);
  }

  it.each([
    [["sy"], ["sync"]],
    [
      ["config", ""],
      ["validate", "show", "import"],
    ],
    [["sync", "--output-f"], ["--output-failed"]],
    [["cp", "--all"], ["--all-tags"]],
    [
      ["sync", "a", "--format", ""],
      ["text", "json", "ndjson"],
    ],
    [["plan", "--format", "n"], []],
    [["completion", "z"], ["zsh"]],
  ])("after %j offers %j", (words, expected) => {
    expect(complete(...words)).toEqual(expect.arrayContaining(expected));
    if (expected.length === 0) expect(complete(...words)).toEqual([]);
  });
});

describe("completion scripts", () => {
  it.each(["zsh", "fish"])("for %s name every command and its flags", async (shell) => {
    const { stdout } = await runCli(["completion", shell]);
    for (const word of ["sync", "copy", "validate", "login", "output-failed", "password-stdin"]) {
      expect(stdout).toContain(word);
    }
  });

  it("are not made for other shells", async () => {
    const { exitCode, stderr } = await runCli(["completion", "tcsh"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("bash, zsh, fish");
  });
});
