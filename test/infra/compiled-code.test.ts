import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCompiled, writeCompiled } from "../../infra/compiled-code.ts";

const DIGEST = "d".repeat(64);
const COMPILED = {
  bytes: Buffer.from("what V8 made of the program, some bytes of it"),
  isRipe: false,
};

let home: string;
let env: Record<string, string>;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "imageferry-compiled-"));
  env = { HOME: home };
  writeCompiled(DIGEST, COMPILED, env);
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const folder = () => join(home, ".cache", "imageferry");
const file = () => join(folder(), readdirSync(folder())[0] ?? "");

describe("the compiled form of the program", () => {
  it("is given back as it was left, and is this user's alone", () => {
    expect(readCompiled(DIGEST, env)).toEqual(COMPILED);
    const ripe = { ...COMPILED, isRipe: true };
    writeCompiled(DIGEST, ripe, env);
    expect(readCompiled(DIGEST, env)).toEqual(ripe);
    expect(readdirSync(folder())).toHaveLength(1);
    expect([statSync(folder()).mode & 0o777, statSync(file()).mode & 0o777]).toEqual([
      0o700, 0o600,
    ]);
  });

  it("goes to XDG_CACHE_HOME where that is set", () => {
    const elsewhere = { ...env, XDG_CACHE_HOME: join(home, "elsewhere") };
    writeCompiled(DIGEST, COMPILED, elsewhere);
    expect(readCompiled(DIGEST, { ...elsewhere, HOME: "" })).toEqual(COMPILED);
  });

  it("is written over for another program, one file for all", () => {
    const other = "e".repeat(64);
    expect(readCompiled(other, env)).toBeUndefined();
    writeCompiled(other, COMPILED, env);
    expect(readCompiled(other, env)).toEqual(COMPILED);
    expect(readCompiled(DIGEST, env)).toBeUndefined();
    expect(readdirSync(folder())).toHaveLength(1);
  });

  const distrusted: readonly (readonly [string, () => void])[] = [
    ["a folder that others may write to", () => chmodSync(folder(), 0o777)],
    ["a file that others may write to", () => chmodSync(file(), 0o620)],
    [
      "a link in the file's place",
      () => {
        const [from, to] = [file(), join(home, "real")];
        renameSync(from, to);
        symlinkSync(to, from);
      },
    ],
    [
      "a link in the folder's place",
      () => {
        const [from, to] = [folder(), join(home, "real")];
        renameSync(from, to);
        symlinkSync(to, from);
      },
    ],
    [
      "a damaged byte",
      () => {
        const content = readFileSync(file());
        content[DIGEST.length + 20] = (content[DIGEST.length + 20] ?? 0) ^ 1;
        writeFileSync(file(), content);
      },
    ],
    ["a file cut short", () => writeFileSync(file(), readFileSync(file()).subarray(0, 80))],
    ["an empty file", () => writeFileSync(file(), "")],
  ];
  it.each(distrusted)("is not taken from %s", (_, spoil) => {
    spoil();
    expect(readCompiled(DIGEST, env)).toBeUndefined();
  });

  it("is not left in a folder that others may write to", () => {
    rmSync(file());
    chmodSync(folder(), 0o777);
    writeCompiled(DIGEST, COMPILED, env);
    expect(readdirSync(folder())).toEqual([]);
  });

  it.each([
    ["where no folder is known", {}],
    ["where it is switched off", { HOME: "/tmp", NODE_DISABLE_COMPILE_CACHE: "1" }],
    ["where a folder cannot be made", { HOME: "/proc/none" }],
    ["in a relative folder", { HOME: "here" }],
  ])("is neither left nor sought %s", (_, without) => {
    writeCompiled(DIGEST, COMPILED, without);
    expect(readCompiled(DIGEST, without)).toBeUndefined();
  });
});
