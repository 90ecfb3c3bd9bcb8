import { describe, expect, it } from "vitest";
import { headersOf } from "../../lib/http/headers.ts";
import { nextLink } from "../../lib/http/link.ts";

const BASE = new URL("https://r.example:5000/v2/a/tags/list?n=2");
const next = (...link: string[]) => nextLink(headersOf({ link }), BASE)?.href;

describe("nextLink", () => {
  it.each([
    ["relative", '</v2/a/tags/list?last=b&n=2>; rel="next"', "/v2/a/tags/list?last=b&n=2"],
    ["relative to the listing", '<list?last=b>; rel="next"', "/v2/a/tags/list?last=b"],
    [
      "absolute",
      '<https://r.example:5000/v2/a/tags/list?next_page=x>; rel="next"',
      "/v2/a/tags/list?next_page=x",
    ],
    ["protocol-relative", '<//r.example:5000/v2/p>; rel="next"', "/v2/p"],
    ["http behind a TLS proxy", '<http://r.example:5000/v2/p>; rel="next"', "/v2/p"],
    ["unquoted", "</v2/p>; rel=next", "/v2/p"],
    ["without blanks", '</v2/p>;rel="next"', "/v2/p"],
    ["in capitals", '</v2/p>; REL="Next"', "/v2/p"],
    ["with extra parameters", '</v2/p>; title="a, b; c"; rel="next"; type=x', "/v2/p"],
    ["with several relations", '</v2/p>; rel="last next"', "/v2/p"],
    ["comma-joined", '</v2/0>; rel="prev", </v2/p?a=1,2>; rel="next"', "/v2/p?a=1,2"],
  ])("reads a link that is %s", (_, header, expected) => {
    expect(next(header)).toBe(`https://r.example:5000${expected}`);
  });

  it("reads several headers", () => {
    expect(next('</v2/0>; rel="first"', "</v2/p>; rel=next")).toBe("https://r.example:5000/v2/p");
  });

  it.each([
    [],
    ['</v2/p>; rel="prev"'],
    ["</v2/p>"],
    ["</v2/p>; rel=nextish"],
    ["garbage"],
    ["<".repeat(16_000)],
  ])("finds no next page in %j", (...link) => {
    expect(next(...link)).toBeUndefined();
  });

  it.each([
    "https://other.example:5000/v2/p",
    "https://r.example/v2/p",
    "//169.254.169.254/latest",
    "file:///etc/passwd",
  ])("refuses %s", (target) => {
    expect(() => next(`<${target}>; rel="next"`)).toThrow(
      expect.objectContaining({ code: "LINK_FOREIGN_HOST", remedy: "giveUp" }),
    );
  });

  it("does not take an unreadable link for the last page", () => {
    expect(() => next('<http://[broken>; rel="next"')).toThrow(
      expect.objectContaining({ code: "LINK_INVALID" }),
    );
  });
});
