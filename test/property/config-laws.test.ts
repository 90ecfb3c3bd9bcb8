import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toPlain } from "../../lib/config/config-node.ts";
import { parseDocument } from "../../lib/config/parse-document.ts";
import { globToRegex } from "../../lib/sync/glob.ts";
import { selectTags } from "../../lib/sync/select-tags.ts";
import { compileTagPattern } from "../../lib/sync/tag-patterns.ts";

const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/);

const json = fc
  .jsonValue({ depthSize: "small" })
  .map((value): unknown => JSON.parse(JSON.stringify({ value })))
  .filter((value) => !JSON.stringify(value).includes("__proto__"));

describe("configuration files", () => {
  it("mean the same with comments and trailing commas as without", () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = JSON.stringify(value, null, 2)
          .replace(/([^[{,])\n(\s*[\]}])/g, "$1,\n$2")
          .replace(/\n/g, ' // it\'s "quoted"\n /* and [more] */ ');
        const read = toPlain(parseDocument("f", text, "json").root);
        expect(JSON.parse(JSON.stringify(read))).toEqual(value);
      }),
    );
  });
});

describe("tag selection", () => {
  it("a tag without wildcards matches itself alone", () => {
    fc.assert(
      fc.property(tag, tag, (pattern, other) => {
        const matches = compileTagPattern({ kind: "glob", pattern });
        expect(matches(pattern)).toBe(true);
        expect(matches(other)).toBe(other === pattern);
      }),
    );
  });

  it("a star in a tag's place of any part still matches it", () => {
    fc.assert(
      fc.property(tag, fc.nat(20), fc.nat(20), (text, from, length) => {
        const pattern = `${text.slice(0, from)}*${text.slice(from + length)}`;
        expect(new RegExp(globToRegex(pattern)).test(text)).toBe(true);
        expect(compileTagPattern({ kind: "glob", pattern })(text)).toBe(true);
      }),
    );
  });

  it("keeps the listing's order, picks no more than asked, and is stable", () => {
    fc.assert(
      fc.property(fc.uniqueArray(tag), fc.integer({ min: 1, max: 5 }), (tags, newest) => {
        const selection = { kind: "listed", include: [], exclude: [], newest } as const;
        const selected = selectTags(tags, selection);
        expect(selected.length).toBeLessThanOrEqual(newest);
        expect(tags.filter((name) => selected.includes(name))).toEqual(selected);
        expect(selectTags(selected, selection)).toEqual(selected);
      }),
    );
  });
});
