import { describe, expect, it } from "vitest";
import { jsonEqual } from "../../lib/oci/equal-json.ts";

describe("jsonEqual", () => {
  it.each<[string, string, boolean]>([
    ['{"a":1,"b":[1,2]}', '{ "b": [1, 2],\n"a": 1 }', true],
    ['{"a":[1,2]}', '{"a":[2,1]}', false],
    ['{"a":1}', '{"a":1,"b":null}', false],
    ['{"a":1}', '{"a":"1"}', false],
    ['{"__proto__":{"a":1}}', "{}", false],
    ["", '{"a":1}', false],
    ["", "", false],
  ])("%s and %s: %s", (a, b, expected) => {
    expect(jsonEqual(Buffer.from(a), Buffer.from(b))).toBe(expected);
  });
});
