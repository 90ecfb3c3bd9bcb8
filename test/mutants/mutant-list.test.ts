import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { MUTANTS } from "./mutant-list.ts";

const ROOT = resolve(import.meta.dirname, "../..");

it.each(MUTANTS)("$name can be put into the code as it is", async ({ file, find }) => {
  const text = await readFile(resolve(ROOT, file), "utf8");
  expect(text.split(find).length - 1).toBe(1);
});
