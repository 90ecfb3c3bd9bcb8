import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { LONGEST, rankOf } from "./longest-first.ts";

const ROOT = resolve(import.meta.dirname, "../..");

it("names files that are there", () => {
  expect(LONGEST.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
});

it("begins with what takes longest, and keeps the order of the others", () => {
  const files = ["/w/test/base/units.test.ts", "/w/test/oci/equal-json.test.ts", ...LONGEST];
  const sorted = files
    .map((moduleId) => ({ moduleId }))
    .sort((left, right) => rankOf(left) - rankOf(right));
  expect(sorted.map(({ moduleId }) => moduleId)).toEqual([...LONGEST, ...files.slice(0, 2)]);
});
