import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startLambdaEmulator } from "../support/lambda-emulator/lambda-emulator.ts";
import { deeds, type LambdaRig, startLambdaRig } from "./lambda-rig.ts";

describe("the Lambda emulator", () => {
  let rig: LambdaRig;

  beforeAll(async () => {
    rig = await startLambdaRig([
      deeds("deeds", { env: { GREETING: "hello" } }),
      deeds("short", { timeoutMs: 250 }),
      deeds("classic", { handler: "classic.handler" }),
      deeds("absent", { handler: "nowhere.handler" }),
      deeds("unnamed", { handler: "lambda-deeds.nothing" }),
      deeds("narrow", { concurrencyMax: 1 }),
      deeds("blocked", { concurrencyMax: 0 }),
      deeds("killed"),
      deeds("frozen"),
    ]);
  });

  afterAll(() => rig.stop());

  it.each([
    { name: "deeds", event: { do: "echo", value: { a: [1] } }, payload: { a: [1] } },
    { name: "deeds", event: { do: "echo" }, payload: null },
    { name: "deeds", event: { do: "env", name: "GREETING" }, payload: "hello" },
    { name: "deeds", event: { do: "env", name: "AWS_REGION" }, payload: "us-east-1" },
    { name: "deeds", event: { do: "env", name: "HOME" }, payload: null },
    { name: "classic", event: {}, payload: "classic" },
    { name: "deeds:live", event: { do: "echo", value: 1 }, payload: 1 },
    {
      name: "arn:aws:lambda:us-east-1:123456789012:function:deeds",
      event: { do: "echo", value: 2 },
      payload: 2,
    },
  ])("gives what $name returns for $event", async ({ name, event, payload }) => {
    const output = await rig.invoke(name, event);
    expect(output).toMatchObject({ status: 200, payload, functionError: undefined });
  });

  const exit = (reason: RegExp) => ({
    errorType: "Runtime.ExitError",
    errorMessage: expect.stringMatching(reason),
  });

  it.each([
    {
      event: { do: "fail", message: "no" },
      outcome: "failed",
      error: { errorType: "TypeError", errorMessage: "no" },
    },
    { event: { do: "reject" }, outcome: "failed", error: { errorType: "RangeError" } },
    {
      event: { do: "exit", code: 3 },
      outcome: "exited",
      error: exit(/^RequestId: \S+ Error: .*exit status 3$/),
    },
    { event: { do: "abort" }, outcome: "exited", error: exit(/signal: SIGABRT$/) },
    {
      event: { do: "hold", mib: 200 },
      outcome: "outOfMemory",
      error: { errorType: "Runtime.OutOfMemory" },
    },
    { event: { do: "heap" }, outcome: "outOfMemory", error: { errorType: "Runtime.OutOfMemory" } },
    {
      event: { do: "large", bytes: 6 * 1024 * 1024 },
      outcome: "succeeded",
      error: { errorType: "Function.ResponseSizeTooLarge" },
    },
    {
      name: "short",
      event: { do: "wait", ms: 5000 },
      outcome: "timedOut",
      error: { errorMessage: expect.stringMatching(/Task timed out after 0\.25 seconds$/) },
    },
    {
      name: "classic",
      event: { error: "called back" },
      outcome: "failed",
      error: { errorType: "Error", errorMessage: "called back" },
    },
    {
      name: "absent",
      event: {},
      outcome: "initFailed",
      error: { errorType: "Runtime.ImportModuleError" },
    },
    {
      name: "unnamed",
      event: {},
      outcome: "initFailed",
      error: { errorType: "Runtime.HandlerNotFound" },
    },
  ])("answers with a function error when $event", async ({ name = "deeds", ...row }) => {
    const output = await rig.invoke(name, row.event);
    expect(output).toMatchObject({ status: 200, functionError: "Unhandled", payload: row.error });
    expect(rig.recordsOf(name).at(-1)).toMatchObject({ outcome: row.outcome });
  });

  const asynchronous = { InvocationType: "Event" } as const;
  const bytes = (count: number) => JSON.stringify("x".repeat(count));

  it.each([
    { what: "an unknown function", name: "nobody", error: "ResourceNotFoundException" },
    { what: "over 6 MiB", event: bytes(6 * 1024 * 1024), error: "RequestTooLargeException" },
    {
      what: "asynchronous events over 1 MiB",
      event: bytes(1024 * 1024),
      options: asynchronous,
      error: "RequestTooLargeException",
    },
    { what: "what is no JSON", event: "{", error: "InvalidRequestContentException" },
    { what: "without concurrency", name: "blocked", error: "TooManyRequestsException" },
  ])("refuses $what", async ({ name = "deeds", event = "{}", options, error }) => {
    await expect(rig.invoke(name, event, options)).rejects.toMatchObject({ name: error });
  });

  it("starts a process cold, keeps it warm, and begins anew when it has died", async () => {
    const cold = await rig.invoke("frozen", { do: "instance" });
    const warm = await rig.invoke("frozen", { do: "instance" });
    await rig.invoke("frozen", { do: "exit", code: 0 });
    const again = await rig.invoke("frozen", { do: "instance" });
    expect(warm.payload).toMatchObject({ calls: 2 });
    expect(again.payload).toMatchObject({ calls: 1 });
    expect(cold.payload).not.toEqual(again.payload);
    expect(rig.recordsOf("frozen").map(({ isCold }) => isCold)).toEqual([true, false, false, true]);
  });

  it("freezes a process between invocations", async () => {
    await rig.invoke("frozen", { do: "tick" });
    await sleep(500);
    const { payload } = await rig.invoke("frozen", { do: "ticks" });
    expect(payload).toBeLessThan(50);
  });

  it("tells the handler who it is and how long it has", async () => {
    const { payload, requestId } = await rig.invoke("deeds", { do: "context" });
    expect(payload).toMatchObject({
      awsRequestId: requestId,
      functionName: "deeds",
      invokedFunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:deeds",
      memoryLimitInMB: "128",
    });
    const { remainingMs } = Object(payload);
    expect(remainingMs).toBeGreaterThan(5_000);
    expect(remainingMs).toBeLessThanOrEqual(10_000);
  });

  it("returns the end of the log when it is asked for", async () => {
    const wish = { do: "say", text: "what it said" };
    expect(await rig.invoke("deeds", wish, { LogType: "Tail" })).toMatchObject({
      log: "what it said\n",
    });
    expect(await rig.invoke("deeds", wish)).toMatchObject({ log: "" });
  });

  it("runs nothing in a dry run", async () => {
    const before = rig.emulator.invocations.length;
    const output = await rig.invoke("deeds", { do: "echo" }, { InvocationType: "DryRun" });
    expect(output.status).toBe(204);
    expect(rig.emulator.invocations).toHaveLength(before);
  });

  it("runs no more at once than is reserved", async () => {
    const wait = () => rig.invoke("narrow", { do: "wait", ms: 300 });
    const results = await Promise.allSettled([wait(), wait(), wait()]);
    const statuses = results.map(({ status }) => status).sort();
    expect(statuses).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(await wait()).toMatchObject({ payload: 300 });
  });

  it("kills what runs, on request", async () => {
    const victim = rig.invoke("killed", { do: "wait", ms: 9000 });
    const killed = await vi.waitUntil(() => {
      const found = rig.emulator.kill({ functionKey: "killed", count: 5 });
      return found.length > 0 && found;
    });
    const output = await victim;
    expect(killed).toEqual([output.requestId]);
    expect(output).toMatchObject({ payload: exit(/signal: killed$/) });
    expect(rig.recordsOf("killed")).toMatchObject([{ outcome: "killed" }]);
  });

  it("records what an invocation took", async () => {
    const before = Date.now();
    await rig.invoke("deeds", { do: "wait", ms: 100 });
    const record = rig.recordsOf("deeds").at(-1);
    expect(record).toMatchObject({ memoryMb: 128, attempt: 1, outcome: "succeeded" });
    expect(record?.startMs).toBeGreaterThanOrEqual(before);
    expect(record?.billedMs).toBeGreaterThanOrEqual(100);
    expect(record?.billedMs).toBeLessThanOrEqual(Date.now() - before + 1);
    expect(record?.peakRssMib).toBeGreaterThan(20);
    expect(record?.peakRssMib).toBeLessThanOrEqual(128);
  });
});

describe("startLambdaEmulator", () => {
  it.each([
    { settings: { env: { LONG: "x".repeat(4096) } }, words: /4096 are allowed/ },
    { settings: { retriesMax: 3 }, words: /retriesMax is not in 0–2/ },
  ])("refuses what Lambda would: $words", async ({ settings, words }) => {
    const functions = [deeds("refused", settings)];
    await expect(startLambdaEmulator({ functions })).rejects.toThrow(words);
  });
});
