import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readText } from "../../lib/config/read-text.ts";

describe("readText", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "imageferry-"));
    await writeFile(join(folder, "a.yaml"), "\uFEFFa: é");
    await writeFile(join(folder, "utf16.json"), Buffer.from([0xff, 0xfe, 0x7b, 0x00]));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("reads a file as it is", async () => {
    expect(await readText(join(folder, "a.yaml"))).toBe("\uFEFFa: é");
  });

  it.each(["none.yaml", "a.yaml/below.yaml"])("has nothing for %s", async (name) => {
    expect(await readText(join(folder, name))).toBeUndefined();
  });

  it.each([
    [".", "EISDIR"],
    ["utf16.json", "UTF-8"],
  ])("says why %s cannot be read", async (name, words) => {
    const error = await readText(join(folder, name)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "CONFIG_UNREADABLE" });
    expect(JSON.stringify([String(error), Object(error).hint])).toContain(words);
  });
});
