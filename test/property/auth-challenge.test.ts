import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseChallenges } from "../../lib/auth/challenge.ts";
import { headersOf } from "../../lib/http/headers.ts";

const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const challenge = fc.record({
  scheme: token,
  parameters: fc.dictionary(token, fc.string({ unit: "grapheme-ascii" }), { minKeys: 1 }),
});
type Written = typeof challenge extends fc.Arbitrary<infer T> ? T : never;

function write({ scheme, parameters }: Written): string {
  const quote = (value: string) => `"${value.replace(/["\\]/g, "\\$&")}"`;
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}=${quote(value)}`);
  return `${scheme} ${pairs.join(", ")}`;
}

function read(...values: string[]) {
  return parseChallenges(headersOf({ "www-authenticate": values })).map((one) => ({
    scheme: one.scheme,
    parameters: Object.fromEntries(one.parameters),
  }));
}

describe("laws of challenges", () => {
  it("reads what was written, in one header or in several", () => {
    fc.assert(
      fc.property(fc.array(challenge, { maxLength: 4 }), (challenges) => {
        const texts = challenges.map(write);
        const wanted = challenges.map(({ scheme, parameters }) => ({
          scheme,
          parameters: { ...parameters },
        }));
        expect(read(...texts)).toEqual(wanted);
        expect(read(texts.join(", "))).toEqual(wanted);
      }),
    );
  });

  it("never fails, whatever a registry sends", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        for (const { scheme } of read(text)) expect(scheme).toMatch(/^[^\s,"=]+$/);
      }),
    );
  });
});
