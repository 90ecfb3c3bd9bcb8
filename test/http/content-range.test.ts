import { describe, expect, it } from "vitest";
import { parseContentRange } from "../../lib/http/content-range.ts";

describe("parseContentRange", () => {
  it.each([
    ["bytes 0-99/200", { start: 0, end: 99, total: 200 }],
    ["Bytes 5-5/6", { start: 5, end: 5, total: 6 }],
    ["bytes 100-199/*", { start: 100, end: 199 }],
  ])("reads %s", (value, range) => {
    expect(parseContentRange(value)).toEqual(range);
  });

  it.each([
    undefined,
    "",
    "bytes */200",
    "bytes 9-5/10",
    "bytes 0-10/10",
    "bytes -5-9/10",
    "items 0-1/2",
    "bytes 0-1",
    "bytes 0-99999999999999999999/*",
    "bytes 0-1/2, bytes 0-1/2",
  ])("refuses %j", (value) => {
    expect(parseContentRange(value)).toBeUndefined();
  });
});
