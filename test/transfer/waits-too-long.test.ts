import { describe, expect, it } from "vitest";
import { noDeadline } from "../../lib/base/deadline.ts";
import { FerryError } from "../../lib/base/error.ts";
import { waitsTooLong } from "../../lib/transfer/waits-too-long.ts";

describe("a pause that a registry asks for", () => {
  it.each([
    { what: "none", retryAfterMs: undefined, leftMs: 0, tooLong: false },
    { what: "one that fits", retryAfterMs: 5000, leftMs: 6000, tooLong: false },
    { what: "one beyond the end", retryAfterMs: 7000, leftMs: 6000, tooLong: true },
    { what: "one that fits and costs", retryAfterMs: 60_000, leftMs: 800_000, tooLong: true },
    { what: "a long one without a bill", retryAfterMs: 600_000, leftMs: undefined, tooLong: false },
  ])("is waited out or not: $what", ({ retryAfterMs, leftMs, tooLong }) => {
    const deadline = leftMs === undefined ? noDeadline : { remainingMs: () => leftMs };
    const failure = new FerryError("slow down", {
      code: "RATE_LIMITED",
      remedy: "retryAfter",
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
    expect(waitsTooLong(failure, deadline)).toBe(tooLong);
  });
});
