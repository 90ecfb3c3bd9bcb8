import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPrivateFile, restrictToOwner } from "../../lib/state/private-file.ts";

let folder = "";
let path = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "imageferry-state-"));
  path = join(folder, "made", "file");
});
afterEach(() => rmSync(folder, { recursive: true }));

function modeOf(place: string): number {
  return statSync(place).mode & 0o777;
}

describe("createPrivateFile", () => {
  it("makes the file and its folders for this user alone", () => {
    createPrivateFile(path);
    expect(modeOf(path)).toBe(0o600);
    expect(modeOf(join(folder, "made"))).toBe(0o700);
  });

  it("leaves a file that is there as it is", () => {
    mkdirSync(join(folder, "made"));
    writeFileSync(path, "content", { mode: 0o640 });
    createPrivateFile(path);
    expect(readFileSync(path, "utf8")).toBe("content");
    expect(modeOf(path)).toBe(0o640);
  });

  it.each(["", "-wal", "-shm", "-journal"])("refuses a link at file%s", (suffix) => {
    mkdirSync(join(folder, "made"));
    const elsewhere = join(folder, "elsewhere");
    symlinkSync(elsewhere, path + suffix);
    expect(() => createPrivateFile(path)).toThrow(
      expect.objectContaining({
        code: "STATE_UNUSABLE",
        remedy: "fixInput",
        message: `state file "${path}${suffix}" is a link`,
      }),
    );
    expect(existsSync(elsewhere)).toBe(false);
  });
});

describe("restrictToOwner", () => {
  it.each([
    [0o644, 0o600],
    [0o660, 0o600],
    [0o600, 0o600],
    [0o400, 0o400],
  ])("makes mode %o to %o", (before, after) => {
    createPrivateFile(path);
    chmodSync(path, before);
    restrictToOwner(path);
    expect(modeOf(path)).toBe(after);
  });
});
