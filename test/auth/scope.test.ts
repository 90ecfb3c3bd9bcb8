import { describe, expect, it } from "vitest";
import {
  coversScopes,
  formatScopes,
  narrowScopes,
  parseScopes,
  scopeSetOf,
  uniteScopes,
} from "../../lib/auth/scope.ts";

describe("scopes", () => {
  it("writes scopes in the order given, the least action first", () => {
    const set = scopeSetOf([
      { kind: "repository", repository: "b/c", actions: ["push", "delete", "pull"] },
      { kind: "repository", repository: "a", actions: ["pull"] },
      { kind: "catalog" },
    ]);
    expect(formatScopes(set)).toEqual([
      "repository:b/c:pull,push,delete",
      "repository:a:pull",
      "registry:catalog:*",
    ]);
  });

  it.each([
    ["repository:a/b:pull", ["repository:a/b:pull"]],
    ["repository:h:5000/a:push,pull", ["repository:h:5000/a:pull,push"]],
    [
      "repository:a:pull repository:a:push  registry:catalog:*",
      ["repository:a:pull,push", "registry:catalog:*"],
    ],
    ["repository(plugin):a:pull", ["repository(plugin):a:pull"]],
    ["repository:a:*", []],
    ["repository:a:pull,*", ["repository:a:pull"]],
    ["repository:a:", []],
    ["", []],
    ["nonsense one:two", []],
    ["repository:a:metadata_read,push", ["repository:a:push,metadata_read"]],
  ])("reads %j", (text, expected) => {
    expect(formatScopes(parseScopes(text))).toEqual(expected);
  });

  it.each([
    ["repository:a:pull,push", "repository:a:pull", true],
    ["repository:a:pull", "repository:a:pull,push", false],
    ["repository:a:pull", "repository:b:pull", false],
    ["repository:a:pull repository:b:pull", "repository:b:pull", true],
    ["repository:a:pull", "", true],
    ["", "repository:a:pull", false],
  ])("%j covers %j: %s", (held, wanted, expected) => {
    expect(coversScopes(parseScopes(held), parseScopes(wanted))).toBe(expected);
  });

  it.each([
    ["repository:a:pull,push,delete", ["repository:a:pull,push"]],
    ["repository:a:push repository:b:pull", ["repository:a:push"]],
    ["registry:catalog:*", []],
    ["", []],
  ])("narrows %j", (text, expected) => {
    expect(formatScopes(narrowScopes(parseScopes(text)))).toEqual(expected);
  });

  it("unites in the order of the first", () => {
    const united = uniteScopes(
      parseScopes("repository:b:pull"),
      parseScopes("repository:a:pull repository:b:push"),
    );
    expect(formatScopes(united)).toEqual(["repository:b:pull,push", "repository:a:pull"]);
  });
});
