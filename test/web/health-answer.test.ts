import { describe, expect, it } from "vitest";
import type { ApiRequest } from "../../lib/web/api-request.ts";
import { healthAnswer } from "../../lib/web/health-answer.ts";

const CURRENT = { state: "current", since: "2026-11-01T00:00:00.000Z" } as const;
const REFUSED = { ...CURRENT, state: "refused", code: "CONFIG_INVALID" } as const;

function request(method: string, path: string): ApiRequest {
  const { signal } = new AbortController();
  const nothing = { query: new URLSearchParams(), headers: new Map(), body: new Uint8Array() };
  return { method, path, ...nothing, streams: true, signal };
}

describe("the answer to probes", () => {
  it.each([
    ["GET", "/healthz", CURRENT],
    ["HEAD", "/healthz", CURRENT],
    ["GET", "/readyz", REFUSED],
  ] as const)("of %s %s tells how the configuration stands", (method, path, configuration) => {
    const answer = healthAnswer(request(method, path), configuration);
    expect(answer).toMatchObject({ status: 200, headers: { "cache-control": "no-store" } });
    expect(JSON.parse(String(answer?.body))).toEqual({ status: "ok", configuration });
  });

  it.each([
    ["POST", "/healthz"],
    ["GET", "/runs"],
    ["GET", "/healthz/more"],
  ])("is none for %s %s", (method, path) => {
    expect(healthAnswer(request(method, path), CURRENT)).toBeUndefined();
  });
});
