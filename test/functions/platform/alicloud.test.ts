import { describe, expect, it } from "vitest";
import { onFunctionCompute } from "../../../functions/platform/alicloud.ts";
import type { Invocation } from "../../../functions/platform/invocation.ts";
import { timerEvent } from "../../support/fc-emulator/fc-events.ts";

const fcContext = {
  requestId: "request-1",
  function: { name: "worker", memory: 512, timeout: 60 },
  region: "cn-hangzhou",
  accountId: "1",
};

function handlerOf() {
  const given: Invocation[] = [];
  const handler = onFunctionCompute<unknown>(
    () => async (invocation, context) => {
      given.push(invocation);
      expect(context).toMatchObject({ awsRequestId: "request-1", functionName: "worker" });
      return { kind: "done" };
    },
    import.meta.url,
  );
  return { given, call: (text: string) => handler(Buffer.from(text), fcContext) };
}

describe("on Function Compute", () => {
  it.each([
    ["JSON", '{"runId":"r"}', { runId: "r" }],
    ["no JSON", "hello", "hello"],
    ["nothing", "", ""],
  ])("a call with %s is passed on", async (_, text, message) => {
    const { given, call } = handlerOf();
    expect(await call(text)).toEqual({ kind: "done" });
    expect(given).toMatchObject([{ via: "call", deliveryId: "request-1", message }]);
  });

  it("the time that is left is counted from the call, a little of it gone", async () => {
    const { given, call } = handlerOf();
    await call("{}");
    const leftMs = given[0]?.deadline.remainingMs() ?? 0;
    expect(leftMs).toBeLessThanOrEqual(59_500);
    expect(leftMs).toBeGreaterThan(50_000);
  });

  it.each([
    ['{"policies":["web"]}', { policies: ["web"] }],
    ["", {}],
  ])("a time trigger brings its text: %j", async (payload, message) => {
    const { given, call } = handlerOf();
    await call(JSON.stringify(timerEvent("hourly", payload, Date.UTC(2026, 10, 1))));
    expect(given).toMatchObject([
      { via: "timer", deliveryId: "hourly 2026-11-01T00:00:00Z", message },
    ]);
  });
});
