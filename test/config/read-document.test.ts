import { describe, expect, it } from "vitest";
import { toPlain } from "../../lib/config/config-node.ts";
import { readDocument } from "../../lib/config/read-document.ts";
import { memoryFiles } from "./memory-files.ts";

describe("readDocument", () => {
  const read = memoryFiles({
    "a.JSON": '{"a":1}',
    "a.yml": "a: 1",
    "-": ' {"a": 1,}',
    "a.txt": "a: 1",
  });

  it.each(["a.JSON", "a.yml", "-"])("reads %s", async (file) => {
    expect(toPlain((await readDocument(file, read)).root)).toEqual({ a: 1 });
  });

  it.each([
    ["a.txt", "CONFIG_EXTENSION"],
    ["a", "CONFIG_EXTENSION"],
    ["none.yaml", "CONFIG_NOT_FOUND"],
  ])("refuses %s with %s", async (file, code) => {
    await expect(readDocument(file, read)).rejects.toMatchObject({ code, remedy: "fixInput" });
  });

  it("reads standard input that does not look like JSON as YAML", async () => {
    const document = await readDocument("-", memoryFiles({ "-": "a: yes" }));
    expect(toPlain(document.root)).toEqual({ a: true });
  });
});
