import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  coversScopes,
  formatScopes,
  narrowScopes,
  parseScopes,
  uniteScopes,
} from "../../lib/auth/scope.ts";

const name = fc.stringMatching(/^[a-c]{1,2}(:50)?(\/[a-c]{1,2}){0,2}$/);
const actions = fc.uniqueArray(fc.constantFrom("pull", "push", "delete", "other"), {
  minLength: 1,
});
const scope = fc.tuple(name, actions).map(([one, of]) => `repository:${one}:${of.join(",")}`);
const set = fc.array(scope, { maxLength: 4 }).map((scopes) => parseScopes(scopes.join(" ")));

describe("laws of scopes", () => {
  it("writing and reading give the same set", () => {
    fc.assert(
      fc.property(set, (scopes) => {
        expect(parseScopes(formatScopes(scopes).join(" "))).toEqual(scopes);
      }),
    );
  });

  it("a union covers both, and nothing more than both together", () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const both = uniteScopes(a, b);
        expect(coversScopes(both, a) && coversScopes(both, b)).toBe(true);
        expect(coversScopes(a, both)).toBe(coversScopes(a, b));
      }),
    );
  });

  it("the narrow set is covered, and narrowing it changes nothing", () => {
    fc.assert(
      fc.property(set, (scopes) => {
        const narrow = narrowScopes(scopes);
        expect(coversScopes(scopes, narrow)).toBe(true);
        expect(narrowScopes(narrow)).toEqual(narrow);
      }),
    );
  });
});
