import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { html } from "../../../lib/web/dashboard/html.ts";

const ENTITIES = new Map([
  ["&amp;", "&"],
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&quot;", '"'],
  ["&#39;", "'"],
  ["&#96;", "`"],
]);

/** What a browser reads of escaped text. */
function read(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39|#96);/g, (entity) => ENTITIES.get(entity) ?? entity);
}

describe("html", () => {
  it.each([
    ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
    [`" onload="x`, "&quot; onload=&quot;x"],
    ["' onload='x", "&#39; onload=&#39;x"],
    ["`x`", "&#96;x&#96;"],
    ["&lt;b&gt;", "&amp;lt;b&amp;gt;"],
    ["a\u202eb\u2066c\u200fd", "a\ufffdb\ufffdc\ufffdd"],
    ["\u001b[31m\u0000\u009b", "\ufffd[31m\ufffd\ufffd"],
    ["lines\nand\ttabs", "lines\nand\ttabs"],
    ["中文 ü 🚢", "中文 ü 🚢"],
  ])("escapes %j", (text, escaped) => {
    expect(html`<p title="${text}">${text}</p>`.toString()).toBe(
      `<p title="${escaped}">${escaped}</p>`,
    );
  });

  it("lets no text out of its place, and shows it whole", () => {
    const codePoint = fc.integer({ min: 0, max: 0x10ffff }).map((at) => String.fromCodePoint(at));
    const character = fc.oneof(fc.constantFrom(..."<>\"'`&=/ab;\u202e\n"), codePoint);
    fc.assert(
      fc.property(fc.array(character, { maxLength: 60 }), (characters) => {
        const text = characters.join("");
        const inside = html`${text}`.toString();
        expect(inside).not.toMatch(/[<>"'`]/);
        const shown = text.replace(/(?![\n\t])\p{Cc}|\p{Bidi_Control}/gu, "\ufffd");
        expect(read(inside)).toBe(shown);
      }),
    );
  });

  it("keeps its own markup, joins lists, and leaves out what is not there", () => {
    const items = ["<a>", "b"].map((text) => html`<li>${text}</li>`);
    expect(html`<ul>${items}</ul>${undefined}${5000}`.toString()).toBe(
      "<ul><li>&lt;a&gt;</li><li>b</li></ul>5000",
    );
  });

  it("is given quoted attributes alone, in every template", () => {
    const folder = new URL("../../../lib/web/dashboard/", import.meta.url);
    const files = readdirSync(folder).filter((name) => name !== "sign-in.ts");
    expect(files.length).toBeGreaterThan(20);
    const unquoted = files.flatMap((name) =>
      [...readFileSync(new URL(name, folder), "utf8").matchAll(/\s[\w-]+=\$\{/g)].map(
        ([found]) => `${name}: ${found}`,
      ),
    );
    expect(unquoted).toEqual([]);
  });
});
