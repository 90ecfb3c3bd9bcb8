import { describe, expect, it } from "vitest";
import { headersOf } from "../../lib/http/headers.ts";
import { rateLimitHeaders } from "../../lib/http/rate-limit-headers.ts";

describe("rateLimitHeaders", () => {
  it.each([
    [
      "Docker Hub's",
      { "ratelimit-limit": "100;w=21600", "ratelimit-remaining": "76;w=21600" },
      { limit: 100, remaining: 76, windowMs: 21_600_000 },
    ],
    [
      "a list of policies",
      { "ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "0" },
      { limit: 100, remaining: 0, windowMs: 60_000 },
    ],
    [
      "the older pair",
      { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4999" },
      { limit: 5000, remaining: 4999 },
    ],
  ])("reads %s", (_, headers, expected) => {
    expect(rateLimitHeaders(headersOf(headers))).toEqual(expected);
  });

  it.each([
    {},
    { "ratelimit-limit": "100" },
    { "ratelimit-limit": "many", "ratelimit-remaining": "few" },
    { "ratelimit-limit": "-1", "ratelimit-remaining": "1" },
  ])("finds nothing usable in %j", (headers) => {
    expect(rateLimitHeaders(headersOf(headers))).toBeUndefined();
  });
});
