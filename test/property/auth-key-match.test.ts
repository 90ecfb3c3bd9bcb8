import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyMatches, longestMatch } from "../../lib/auth/key-match.ts";

const part = fc.stringMatching(/^[a-c]{1,2}$/);
const registry = part.map((host) => `${host}.io`);
const path = fc.array(part, { minLength: 1, maxLength: 3 });
const key = fc
  .tuple(registry, fc.array(part, { maxLength: 3 }), fc.constantFrom("", "/"))
  .map(([host, parts, end]) => `${[host, ...parts].join("/")}${end}`);

describe("laws of key matching", () => {
  it("every leading run of whole parts matches, and no cut inside a part", () => {
    fc.assert(
      fc.property(registry, path, fc.nat(), (host, parts, cut) => {
        const whole = [host, ...parts].join("/");
        const name = { registry: host, repository: parts.join("/") };
        const at = 1 + (cut % whole.length);
        const isBoundary = at === whole.length || whole[at] === "/" || whole[at - 1] === "/";
        expect(keyMatches(whole.slice(0, at), name)).toBe(isBoundary);
      }),
    );
  });

  it("the longest match matches, and nothing longer does", () => {
    fc.assert(
      fc.property(fc.uniqueArray(key), registry, path, (keys, host, parts) => {
        const name = { registry: host, repository: parts.join("/") };
        const found = longestMatch(new Map(keys.map((one) => [one, one])), name);
        const matching = keys.filter((one) => keyMatches(one, name));
        expect(found === undefined).toBe(matching.length === 0);
        const length = (one: string) => one.replace(/\/$/, "").length;
        for (const one of matching) expect(length(one)).toBeLessThanOrEqual(length(found ?? ""));
      }),
    );
  });
});
