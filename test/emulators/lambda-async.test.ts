import { Buffer } from "node:buffer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scheduledEvent } from "../support/lambda-emulator/lambda-events.ts";
import { deeds, type LambdaRig, startLambdaRig } from "./lambda-rig.ts";

const ASYNCHRONOUS = { InvocationType: "Event" } as const;

describe("asynchronous invocations of the Lambda emulator", () => {
  let rig: LambdaRig;

  beforeAll(async () => {
    rig = await startLambdaRig([
      deeds("given-up"),
      deeds("healed"),
      deeds("once", { retriesMax: 0 }),
      deeds("wide", { concurrencyMax: 3 }),
      deeds("blocked", { concurrencyMax: 0, eventAgeMsMax: 10_000 }),
    ]);
  });

  afterAll(() => rig.stop());

  it("retries a failing event twice, with the same request id, then gives it up", async () => {
    const { status, payload, requestId } = await rig.invoke(
      "given-up",
      { do: "fail" },
      ASYNCHRONOUS,
    );
    expect({ status, payload }).toEqual({ status: 202, payload: undefined });
    await rig.emulator.settled();
    const records = rig.recordsOf("given-up");
    expect(records).toMatchObject(
      [1, 2, 3].map((attempt) => ({ requestId, attempt, outcome: "failed" })),
    );
    const [first = 0, second = 0, third = 0] = records.map(({ startMs }) => startMs);
    expect(second - first).toBeGreaterThanOrEqual(60_000 / 600 - 5);
    expect(third - second).toBeGreaterThanOrEqual(120_000 / 600 - 5);
    expect(rig.emulator.deadLetters).toMatchObject([
      { functionName: "given-up", requestId, condition: "retriesExhausted", attempts: 3 },
    ]);
  });

  it.each([
    { name: "healed", event: { do: "failTimes", times: 1 }, outcomes: ["failed", "succeeded"] },
    { name: "once", event: { do: "fail" }, outcomes: ["failed"] },
  ])("runs an event of $name as often as it needs and may", async ({ name, event, outcomes }) => {
    await rig.invoke(name, event, ASYNCHRONOUS);
    await rig.emulator.settled();
    expect(rig.recordsOf(name).map(({ outcome }) => outcome)).toEqual(outcomes);
  });

  it("holds events back while concurrency is used up, and loses none", async () => {
    const events = Array.from({ length: 15 }, () =>
      rig.invoke("wide", { do: "wait", ms: 20 }, ASYNCHRONOUS),
    );
    await Promise.all(events);
    await rig.emulator.settled();
    const records = rig.recordsOf("wide");
    expect(records.map(({ outcome }) => outcome)).toEqual(Array(15).fill("succeeded"));
    expect(new Set(records.map(({ environmentId }) => environmentId)).size).toBeLessThanOrEqual(3);
  });

  it("gives up an event that grew too old waiting", async () => {
    await rig.invoke("blocked", {}, ASYNCHRONOUS);
    await rig.emulator.settled();
    expect(rig.emulator.deadLetters.at(-1)).toMatchObject({
      functionName: "blocked",
      condition: "eventAgeExceeded",
      attempts: 0,
    });
  });
});

describe("triggers of the Lambda emulator", () => {
  let rig: LambdaRig;

  beforeAll(async () => {
    rig = await startLambdaRig([
      deeds("page", { handler: "http-deeds.handler" }),
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

  it("calls a function by its URL", async () => {
    const answer = await ask("/runs?dry=1&tag=a&tag=b", "application/json", '{"a":1}');
    expect(answer).toMatchObject({ status: 201, headers: { "x-kind": "deed" } });
    expect(JSON.parse(Buffer.from(answer.body).toString())).toMatchObject({
      version: "2.0",
      rawPath: "/runs",
      rawQueryString: "dry=1&tag=a&tag=b",
      queryStringParameters: { dry: "1", tag: "a,b" },
      headers: { "content-type": "application/json" },
      requestContext: { http: { method: "POST", path: "/runs" } },
      body: '{"a":1}',
      isBase64Encoded: false,
    });
  });

  it.each([
    { what: "bytes either way", path: "/bytes", answer: { status: 200, body: [1, 255] } },
    { what: "an error as a 502", path: "/fail", answer: { status: 502 } },
    {
      what: "a bare result as JSON",
      path: "/bare",
      answer: { status: 200, headers: { "content-type": "application/json" } },
    },
  ])("passes $what", async ({ path, answer }) => {
    const { body, ...rest } = await ask(path, "application/octet-stream", Buffer.from([1, 255]));
    expect({ ...rest, body: [...body] }).toMatchObject(answer);
  });

  it("answers 429 when the function is throttled", async () => {
    const answer = await rig.emulator.invokeHttp("blocked", { method: "GET", path: "/" });
    expect(answer.status).toBe(429);
  });

  it("delivers a schedule's event", async () => {
    rig.emulator.enqueue("page", scheduledEvent("nightly", Date.UTC(2026, 10, 1, 4)));
    await rig.emulator.settled();
    const event = rig.recordsOf("page").at(-1)?.event ?? Buffer.alloc(0);
    expect(JSON.parse(Buffer.from(event).toString())).toMatchObject({
      source: "aws.events",
      time: "2026-11-01T04:00:00Z",
      resources: ["arn:aws:events:us-east-1:123456789012:rule/nightly"],
    });
  });
});
