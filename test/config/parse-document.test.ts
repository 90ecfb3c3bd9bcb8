import { describe, expect, it } from "vitest";
import { toPlain } from "../../lib/config/config-node.ts";
import { parseDocument, type Syntax } from "../../lib/config/parse-document.ts";

function plain(text: string, syntax: Syntax): unknown {
  return JSON.parse(JSON.stringify(toPlain(parseDocument("f", text, syntax).root)));
}

describe("parseDocument, JSON", () => {
  it.each<[string, string, unknown]>([
    [
      "comments",
      '{ // one\n "a": 1, /* two */ "b": "//no", "c": "/*no*/" }',
      { a: 1, b: "//no", c: "/*no*/" },
    ],
    ["trailing commas", '{"a":[1,2,],}', { a: [1, 2] }],
    ["a byte order mark", '\uFEFF{"a":1}', { a: 1 }],
    ["tabs and escapes", '{\n\t"a": "\\u00e9\\/\\ud83d\\ude00"\n}', { a: "é/😀" }],
    ["a long key", `{"${"k".repeat(3000)}":1}`, { ["k".repeat(3000)]: 1 }],
    ["a comment sign after an escaped quote", '{"a":"\\"//x"}', { a: '"//x' }],
  ])("takes %s", (_title, text, expected) => {
    expect(plain(text, "json")).toEqual(expected);
  });

  it.each<[string, string, string]>([
    ["an empty file", "", "f:1:1: the file is empty"],
    ["a comment alone", "// x", "f:1:1: the file is empty"],
    ["text after the value", '{"a":1}\nx', "f:2:1"],
    ["an open brace", '{"a":1', "f:1:"],
    ["bare words", '{"a": s3cret}', "f:1:7"],
    ["deep nesting", "[".repeat(65) + "]".repeat(65), "nested deeper than 64"],
    ["very deep nesting", "[".repeat(50_000), "nested deeper than"],
    ["over a mebibyte", `"${"x".repeat(1024 * 1024)}"`, "larger than"],
  ])("refuses %s", (_title, text, words) => {
    const error = expect.objectContaining({
      code: "CONFIG_SYNTAX",
      message: expect.stringContaining(words),
    });
    expect(() => parseDocument("f", text, "json")).toThrow(error);
  });

  it("never shows the text it stumbled over", () => {
    for (const text of ['{"password": s3cret}', '{"a":1} s3cret', '{"a":1}\n{"b":"s3cret"}']) {
      expect(() => parseDocument("f", text, "json")).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining("s3cret") }),
      );
    }
  });

  it("names the line of a key that stands twice", () => {
    expect(() => parseDocument("f", '{\n"a":1,\n"a":2}', "json")).toThrow(
      expect.objectContaining({
        code: "CONFIG_DUPLICATE_KEY",
        message: expect.stringContaining("f:3:1"),
      }),
    );
  });
});

describe("parseDocument, YAML", () => {
  it.each<[string, string, unknown]>([
    [
      "booleans of YAML 1.1",
      "a: yes\nb: On\nc: no\nd: true",
      { a: true, b: true, c: false, d: true },
    ],
    [
      "numbers whose text counts",
      "a: 1.10\nb: 0123\nc: 1:20\nd: 1e3",
      { a: "1.10", b: "0123", c: "1:20", d: "1e3" },
    ],
    ["numbers", "a: 20\nb: 1.5", { a: 20, b: 1.5 }],
    ["dates as text", "a: 2024-01-02", { a: "2024-01-02" }],
    ["number keys as text", "1.10: a\n2024-01-02: b", { "1.10": "a", "2024-01-02": "b" }],
    ["anchors", "a: &x [1]\nb: *x", { a: [1], b: [1] }],
    [
      "merge keys",
      "a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}",
      { a: { p: 1, q: 2 }, b: { p: 1, q: 3 } },
    ],
    ["merge lists, the first wins", "b: {<<: [{p: 1}, {p: 2, q: 2}]}", { b: { p: 1, q: 2 } }],
    ["missing values", "a:\nb: ~", { a: null, b: null }],
    [
      "expressions as keys",
      "q.io/re:/^v1\\.[0-9]{1,2}$/: d.io/re",
      { "q.io/re:/^v1\\.[0-9]{1,2}$/": "d.io/re" },
    ],
    ["a long key", `${"k".repeat(1100)}: 1`, { ["k".repeat(1100)]: 1 }],
  ])("takes %s", (_title, text, expected) => {
    expect(plain(text, "yaml")).toEqual(expected);
  });

  it.each<[string, string, string]>([
    ["an empty file", "# nothing\n", "CONFIG_SYNTAX"],
    ["two documents", "a: 1\n---\nb: 2", "CONFIG_SYNTAX"],
    ["custom tags", "a: !run x", "CONFIG_SYNTAX"],
    ["binary", "a: !!binary aGk=", "CONFIG_SYNTAX"],
    ["an alias without an anchor", "a: *x", "CONFIG_SYNTAX"],
    ["a list as a key", "? [a]\n: 1", "CONFIG_SYNTAX"],
    ["an alias of itself", "a: &a [*a]", "CONFIG_SYNTAX"],
    ["many aliases", `a: &a x\nb: [${"*a, ".repeat(101)}]`, "CONFIG_SYNTAX"],
    ["a merge of no map", "a: {<<: 1}", "CONFIG_SYNTAX"],
    ["a key twice", "a: 1\na: 2", "CONFIG_DUPLICATE_KEY"],
  ])("refuses %s", (_title, text, code) => {
    expect(() => parseDocument("f", text, "yaml")).toThrow(expect.objectContaining({ code }));
  });

  it("keeps a key named __proto__ a key", () => {
    const { root } = parseDocument("f", "__proto__: {a: 1}", "yaml");
    expect(Object.keys(Object(toPlain(root)))).toEqual(["__proto__"]);
    expect(Object.hasOwn({}, "a")).toBe(false);
  });
});
