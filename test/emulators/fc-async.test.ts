import { Buffer } from "node:buffer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { timerEvent } from "../support/fc-emulator/fc-events.ts";
import { deeds, type FcRig, GENERATIONS, startFcRig } from "./fc-rig.ts";

describe.each(GENERATIONS)("asynchronous invocations by $generation", (generation) => {
  let rig: FcRig;
  const statusOf = (name: string, taskId: string) =>
    rig.emulator.tasks.get(`${generation.keyOf(name)}#${taskId}`);

  beforeAll(async () => {
    rig = await startFcRig(generation, [
      deeds("given-up"),
      deeds("healed"),
      deeds("once", { retriesMax: 0 }),
      deeds("wide", { concurrencyMax: 4 }),
      deeds("blocked", { concurrencyMax: 0, eventAgeMsMax: 10_000 }),
    ]);
  });

  afterAll(() => rig.stop());

  it("accepts an event, runs it later, and knows its task by its id", async () => {
    const call = { name: "once", event: { do: "echo" }, taskId: "t_once" };
    const reply = await rig.call(call);
    expect(Object(reply).body).toEqual(Buffer.alloc(0));
    expect(await rig.call(call)).toEqual({ refusal: "StatefulAsyncInvocationAlreadyExists" });
    await rig.emulator.settled();
    expect(await rig.call(call)).toEqual({ refusal: "StatefulAsyncInvocationAlreadyExists" });
    expect(statusOf("once", "t_once")).toBe("Succeeded");
    expect(rig.recordsOf("once")).toMatchObject([
      { requestId: Object(reply).headers["x-fc-request-id"], outcome: "succeeded" },
    ]);
  });

  it("takes events without an id as often as they come", async () => {
    const before = rig.recordsOf("once").length;
    const call = { name: "once", event: { do: "echo" }, isAsync: true };
    await Promise.all([rig.call(call), rig.call(call)]);
    await rig.emulator.settled();
    expect(rig.recordsOf("once")).toHaveLength(before + 2);
  });

  it("retries a failing event three times, then gives it up", async () => {
    const reply = await rig.call({ name: "given-up", event: { do: "fail" }, taskId: "t_fail" });
    await rig.emulator.settled();
    const requestId = Object(reply).headers["x-fc-request-id"];
    const attempts = rig.recordsOf("given-up").map(({ attempt }) => attempt);
    expect(attempts).toEqual([1, 2, 3, 4]);
    expect(statusOf("given-up", "t_fail")).toBe("Failed");
    expect(rig.emulator.deadLetters.at(-1)).toMatchObject({
      functionName: "given-up",
      requestId,
      condition: "retriesExhausted",
      attempts: 4,
    });
  });

  it("tells the handler how often it was retried", async () => {
    await rig.call({ name: "healed", event: { do: "failTimes", times: 2 }, taskId: "t_heal" });
    await rig.emulator.settled();
    expect(rig.recordsOf("healed").map(({ outcome }) => outcome)).toEqual([
      "failed",
      "failed",
      "succeeded",
    ]);
    expect(statusOf("healed", "t_heal")).toBe("Succeeded");
  });

  it("holds events back while the quota is used up, and loses none", async () => {
    const calls = Array.from({ length: 12 }, (_, index) =>
      rig.call({ name: "wide", event: { do: "wait", ms: 20 }, taskId: `t_${index}` }),
    );
    await Promise.all(calls);
    await rig.emulator.settled();
    const records = rig.recordsOf("wide");
    expect(records.map(({ outcome }) => outcome)).toEqual(Array(12).fill("succeeded"));
    expect(new Set(records.map(({ environmentId }) => environmentId)).size).toBeLessThanOrEqual(4);
  });

  it("gives up an event that grew too old waiting", async () => {
    await rig.call({ name: "blocked", taskId: "t_old" });
    await rig.emulator.settled();
    expect(statusOf("blocked", "t_old")).toBe("Expired");
    expect(rig.emulator.deadLetters.at(-1)).toMatchObject({ condition: "eventAgeExceeded" });
  });
});

describe("triggers of Function Compute", () => {
  let rig: FcRig;

  beforeAll(async () => {
    rig = await startFcRig(GENERATIONS[1], [
      deeds("page", { handler: "http-deeds.handler" }),
      deeds("timed"),
      deeds("blocked", { concurrencyMax: 0 }),
    ]);
  });

  afterAll(() => rig.stop());

  const ask = (path: string, type: string, body: string | Buffer) =>
    rig.emulator.invokeHttp("page", {
      method: "POST",
      path,
      headers: { "Content-Type": type },
      body,
    });

  it("calls a function by its HTTP trigger", async () => {
    const answer = await ask("/runs?dry=1&tag=a&tag=b", "application/json", '{"a":1}');
    expect(answer).toMatchObject({ status: 201, headers: { "x-kind": "deed" } });
    expect(JSON.parse(Buffer.from(answer.body).toString())).toMatchObject({
      version: "v1",
      rawPath: "/runs",
      queryParameters: { dry: "1", tag: "a,b" },
      headers: { "Content-Type": "application/json" },
      requestContext: { http: { method: "POST", path: "/runs" }, accountId: "1234567890123456" },
      body: '{"a":1}',
      isBase64Encoded: false,
    });
  });

  it.each([
    { what: "bytes either way", path: "/bytes", answer: { status: 200, body: [1, 255] } },
    { what: "an error as a 502", path: "/fail", answer: { status: 502 } },
    { what: "a bare result as JSON", path: "/bare", answer: { status: 200 } },
  ])("passes $what", async ({ path, answer }) => {
    const { body, ...rest } = await ask(path, "application/octet-stream", Buffer.from([1, 255]));
    expect({ ...rest, body: [...body] }).toMatchObject(answer);
  });

  it("answers 429 when the quota is used up", async () => {
    const answer = await rig.emulator.invokeHttp("blocked", { method: "GET", path: "/" });
    expect(answer.status).toBe(429);
  });

  it("delivers a timer's event", async () => {
    const event = timerEvent("nightly", "all", Date.UTC(2026, 10, 1, 4));
    const answer = await rig.emulator.invoke("timed", event);
    expect(JSON.parse(Buffer.from(answer?.payload ?? []).toString())).toEqual({
      triggerTime: "2026-11-01T04:00:00Z",
      triggerName: "nightly",
      payload: "all",
    });
  });
});
