import { describe, expect, it } from "vitest";
import { headersOf } from "../../lib/http/headers.ts";
import { retryAfterMs } from "../../lib/http/retry-after.ts";

const NOW_MS = Date.UTC(2026, 0, 1, 12, 0, 0);

describe("retryAfterMs", () => {
  it.each([
    ["0", 0],
    ["5", 5_000],
    [" 7 ", 7_000],
    ["1.5", 1_500],
    ["-3", 0],
    ["1000000000", 3_600_000],
    ["Thu, 01 Jan 2026 12:00:30 GMT", 30_000],
    ["Thursday, 01-Jan-26 12:00:30 GMT", 30_000],
    ["Thu, 01 Jan 2026 11:00:00 GMT", 0],
    ["Fri, 02 Jan 2026 12:00:00 GMT", 3_600_000],
    ["soon", undefined],
    ["garbage 1", undefined],
    ["5 minutes", undefined],
    ["Thu, 99 Foo 2026 12:00:30 GMT", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("reads %j as %j", (value, expected) => {
    expect(retryAfterMs(headersOf({ "retry-after": value }), NOW_MS)).toBe(expected);
  });
});
