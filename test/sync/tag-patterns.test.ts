import { describe, expect, it } from "vitest";
import { parseTagPattern } from "../../lib/sync/parse-tag-pattern.ts";
import type { TagPattern } from "../../lib/sync/policy.ts";
import { compileTagPattern } from "../../lib/sync/tag-patterns.ts";

function glob(pattern: string): TagPattern {
  return { kind: "glob", pattern };
}

function regex(pattern: string): TagPattern {
  return { kind: "regex", pattern };
}

describe("compileTagPattern", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ["1.*", ["1.2", "1.", "1.2.3-rc1"], ["1", "11.2", "x1.2"]],
    ["v?", ["v1", "vx"], ["v", "v10"]],
    ["1.[0-3]", ["1.0", "1.3"], ["1.4", "1.10"]],
    ["1.[!0-3]", ["1.4"], ["1.0"]],
    ["{1.25,1.26}-alpine", ["1.25-alpine", "1.26-alpine"], ["1.27-alpine", "1.25"]],
    ["{a,b{c,d}}", ["a", "bc", "bd"], ["b", "c"]],
    ["a.b", ["a.b"], ["axb"]],
    ["a,b}", ["a,b}"], ["a"]],
    ["\\*", ["*"], ["x"]],
    ["[", ["["], ["x"]],
    ["latest", ["latest"], ["latest2", "LATEST"]],
  ])("matches whole tags against the glob %s", (pattern, wanted, unwanted) => {
    const matches = compileTagPattern(glob(pattern));
    expect(wanted.filter((tag) => !matches(tag))).toEqual([]);
    expect(unwanted.filter(matches)).toEqual([]);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ["a+", ["aaa", "banana"], ["v1.2"]],
    ["(?i)^BAN", ["banana", "Bantam"], ["urban"]],
    ["^v1\\.[0-9]{1,2}$", ["v1.2", "v1.10"], ["v1.2.3"]],
    ["", ["anything"], []],
  ])("finds the expression %s anywhere", (pattern, wanted, unwanted) => {
    const matches = compileTagPattern(regex(pattern));
    expect(wanted.filter((tag) => !matches(tag))).toEqual([]);
    expect(unwanted.filter(matches)).toEqual([]);
  });

  it.each<[TagPattern, string]>([
    [regex("("), "RULE_BAD_REGEX"],
    [regex("(?=x)"), "RULE_BAD_REGEX"],
    [regex("x{100000}"), "RULE_BAD_REGEX"],
    [regex("x".repeat(1001)), "RULE_BAD_REGEX"],
    [glob("{a,b"), "RULE_BAD_GLOB"],
    [glob("x".repeat(257)), "RULE_BAD_GLOB"],
    [glob("[z-a]"), "RULE_BAD_REGEX"],
  ])("refuses %j", (pattern, code) => {
    expect(() => compileTagPattern(pattern)).toThrow(expect.objectContaining({ code }));
  });

  it.each([glob(`${"*a".repeat(100)}b`), regex("(a+)+(a+)+(a+)+b$")])(
    "answers at once where a backtracking engine would not: %j",
    (pattern) => {
      const matches = compileTagPattern(pattern);
      const started = process.hrtime.bigint();
      for (let round = 0; round < 100; round++) expect(matches("a".repeat(128))).toBe(false);
      expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(2000);
    },
  );
});

describe("parseTagPattern", () => {
  it.each<[string, TagPattern]>([
    ["1.*", glob("1.*")],
    ["/^v1/", regex("^v1")],
    ["//", regex("")],
    ["/", glob("/")],
    ["/open", glob("/open")],
  ])("reads %s", (text, expected) => {
    expect(parseTagPattern(text)).toEqual(expected);
  });
});
