import { describe, expect, it } from "vitest";
import { parseChallenges } from "../../lib/auth/challenge.ts";
import { headersOf } from "../../lib/http/headers.ts";

function parse(...values: string[]) {
  return parseChallenges(headersOf({ "www-authenticate": values })).map(
    ({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)] as const,
  );
}

describe("parseChallenges", () => {
  const realm = "https://auth.example/token";

  it.each<[string, string[], ReturnType<typeof parse>]>([
    ["nothing", [], []],
    ["an empty header", [""], []],
    ["a scheme alone", ["Basic"], [["basic", {}]]],
    [
      "quoted values",
      [`Bearer realm="${realm}",service="s",scope="repository:a/b:pull,push"`],
      [["bearer", { realm, service: "s", scope: "repository:a/b:pull,push" }]],
    ],
    ["unquoted values", [`Bearer realm=${realm},service=s`], [["bearer", { realm, service: "s" }]]],
    ["escapes", ['Basic realm="a \\"b\\" \\\\c"'], [["basic", { realm: 'a "b" \\c' }]]],
    ["any case", ['BEARER Realm="r"'], [["bearer", { realm: "r" }]]],
    [
      "spaces everywhere",
      ['  Bearer  realm = "r" , service = "s"  '],
      [["bearer", { realm: "r", service: "s" }]],
    ],
    [
      "several headers",
      ['Bearer realm="r"', "Basic"],
      [
        ["bearer", { realm: "r" }],
        ["basic", {}],
      ],
    ],
    [
      "several in one header",
      ['Bearer realm="r",service="s", Basic realm="x"'],
      [
        ["bearer", { realm: "r", service: "s" }],
        ["basic", { realm: "x" }],
      ],
    ],
    [
      "an unknown scheme before",
      ['Negotiate, Basic realm="x"'],
      [
        ["negotiate", {}],
        ["basic", { realm: "x" }],
      ],
    ],
    [
      "token68",
      ['NTLM TlRMTVNTUAAB==, Bearer realm="r"'],
      [
        ["ntlm", {}],
        ["bearer", { realm: "r" }],
      ],
    ],
    ["an empty element", [', ,Bearer realm="r",,'], [["bearer", { realm: "r" }]]],
    ["a quote that never ends", ['Bearer realm="r'], [["bearer", { realm: "r" }]]],
    ["a name twice", ['Bearer realm="1",realm="2"'], [["bearer", { realm: "1" }]]],
    ["garbage before", ['"?" , Bearer realm="r"'], [["bearer", { realm: "r" }]]],
  ])("reads %s", (_, values, expected) => {
    expect(parse(...values)).toEqual(expected);
  });

  it("stays quick on hostile input", () => {
    const text = `Bearer ${'a="\\'.repeat(4000)}${",=".repeat(4000)}`;
    const started = process.hrtime.bigint();
    parse(text);
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(500);
  });
});
