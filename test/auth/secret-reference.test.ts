import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSecretFile } from "../../lib/auth/secret-file.ts";
import { createSecretResolver } from "../../lib/auth/secret-reference.ts";
import { errorOf } from "./auth-bed.ts";

const files = new Map([
  ["/s/key", { text: "from file\n", mode: 0o100600 }],
  ["/s/windows", { text: "a\nb\r\n", mode: 0o100400 }],
  ["/s/empty", { text: "\n", mode: 0o100600 }],
  ["/s/group", { text: "hunter2", mode: 0o100640 }],
  ["/s/world", { text: "hunter2", mode: 0o100604 }],
]);

const resolve = createSecretResolver({
  env: { PASSWORD: "from env", EMPTY: "" },
  readFile: async (path) => {
    const file = files.get(path);
    if (file === undefined) throw new Error("ENOENT");
    return file;
  },
});

describe("createSecretResolver", () => {
  it.each([
    ["env:PASSWORD", "from env"],
    ["file:/s/key", "from file"],
    ["file:/s/windows", "a\nb"],
  ])("resolves %s", async (reference, expected) => {
    expect((await resolve(reference)).reveal()).toBe(expected);
  });

  it.each([
    ["env:MISSING", "ENV_UNSET"],
    ["env:EMPTY", "ENV_UNSET"],
    ["file:/s/missing", "SECRET_UNRESOLVED"],
    ["file:/s/empty", "SECRET_UNRESOLVED"],
    ["file:/s/group", "SECRET_FILE_MODE"],
    ["file:/s/world", "SECRET_FILE_MODE"],
  ])("refuses %s: %s", async (reference, code) => {
    const error = await errorOf(resolve(reference));
    expect(error).toMatchObject({ code, remedy: "fixInput" });
    expect(error.message).toContain(reference);
    expect(error.hint).toBeTruthy();
    expect(`${error.message}${error.hint}`).not.toContain("hunter2");
  });

  it.each(["hunter2:abc", "hunter2", ""])("never shows what may be a secret: %j", async (text) => {
    const error = await errorOf(resolve(text));
    expect(error).toMatchObject({ code: "SECRET_SCHEME_UNKNOWN", remedy: "fixInput" });
    expect(error.hint).toContain("env:, file:");
    expect(`${error.message}${error.hint}`).not.toContain("hunter2");
  });
});

describe("readSecretFile", () => {
  it("reads text and mode", async () => {
    const folder = await mkdtemp(join(tmpdir(), "imageferry-secret-"));
    try {
      const path = join(folder, "key");
      await writeFile(path, "value\n", { mode: 0o600 });
      const { text, mode } = await readSecretFile(path);
      expect([text, mode & 0o777]).toEqual(["value\n", 0o600]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
