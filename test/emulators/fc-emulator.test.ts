import { Buffer } from "node:buffer";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startFcEmulator } from "../support/fc-emulator/fc-emulator.ts";
import { CALLER, deeds, type FcRig, GENERATIONS, startFcRig } from "./fc-rig.ts";

describe.each(GENERATIONS)("the Function Compute emulator by $generation", (generation) => {
  let rig: FcRig;

  beforeAll(async () => {
    rig = await startFcRig(generation, [
      deeds("deeds", { env: { GREETING: "hello" } }),
      deeds("initialized", { initializer: "fc-deeds.initialize" }),
      deeds("short", { timeoutMs: 250 }),
      deeds("calling-back", { handler: "fc-deeds.callingBack" }),
      deeds("classic", { handler: "classic.handler" }),
      deeds("absent", { handler: "nowhere.handler" }),
      deeds("narrow", { concurrencyMax: 1 }),
      deeds("blocked", { concurrencyMax: 0 }),
      deeds("killed"),
    ]);
  });

  afterAll(() => rig.stop());

  it.each([
    { event: { do: "echo", value: { a: [1] } }, text: '{"a":[1]}' },
    { event: { do: "echo", value: 7 }, text: "7" },
    { event: { do: "echo" }, text: "" },
    { event: { do: "env", name: "GREETING" }, text: "hello" },
    { event: { do: "env", name: "FC_REGION" }, text: "cn-hangzhou" },
    { event: { do: "env", name: "HOME" }, text: "" },
    { name: "initialized", event: { do: "initialized" }, text: "true" },
    { event: { do: "initialized" }, text: "false" },
    { name: "calling-back", event: { value: "called" }, text: "called" },
    { name: "classic", event: {}, text: "classic" },
  ])("gives what the handler returns for $event", async ({ name = "deeds", event, text }) => {
    const reply = await rig.call({ name, event });
    expect(reply).toMatchObject({ body: Buffer.from(text) });
    expect(Object(reply).headers["x-fc-error-type"]).toBeUndefined();
  });

  const exited = { errorMessage: expect.stringMatching(/^Process exited unexpectedly/) };

  it.each([
    {
      event: { do: "fail", message: "no" },
      type: "HandledInvocationError",
      error: { errorType: "TypeError", errorMessage: "no" },
    },
    {
      name: "calling-back",
      event: { error: "called back" },
      type: "HandledInvocationError",
      error: { errorMessage: "called back" },
    },
    { event: { do: "exit", code: 3 }, type: "UnhandledInvocationError", error: exited },
    {
      event: { do: "hold", mib: 200 },
      type: "UnhandledInvocationError",
      error: { errorMessage: expect.stringMatching(/out of its 128 MB/) },
    },
    {
      name: "short",
      event: { do: "wait", ms: 5000 },
      type: "UnhandledInvocationError",
      error: { errorMessage: expect.stringMatching(/^Function timed out after 0.25 seconds/) },
    },
    {
      name: "absent",
      event: {},
      type: "UnhandledInvocationError",
      error: { errorMessage: expect.stringMatching(/Cannot find module/) },
    },
  ])("answers 200 with an error type when $event", async ({ name = "deeds", ...row }) => {
    const reply = await rig.call({ name, event: row.event });
    expect(reply).toMatchObject({ headers: { "x-fc-error-type": row.type } });
    expect(JSON.parse(String(Object(reply).body))).toMatchObject(row.error);
  });

  it.each([
    { what: "an unknown function", name: "nobody", refusal: "FunctionNotFound" },
    { what: "over 32 MB", event: "x".repeat(32 * 1024 * 1024 + 1), refusal: "EntityTooLarge" },
    {
      what: "asynchronous events over 128 KB",
      event: "x".repeat(128 * 1024 + 1),
      taskId: "t_large",
      refusal: "EntityTooLarge",
    },
    { what: "without a quota", name: "blocked", refusal: "ResourceExhausted" },
    { what: "task ids that are none", taskId: "a/b", refusal: "InvalidArgument" },
  ])("refuses $what", async ({ what: _, name = "deeds", refusal, ...call }) => {
    expect(await rig.call({ name, ...call })).toEqual({ refusal });
  });

  it("tells the handler who it is, and lends it keys", async () => {
    const reply = await rig.call({ name: "deeds", event: { do: "context" } });
    const { headers, body } = Object(reply);
    expect(JSON.parse(body)).toMatchObject({
      requestId: headers["x-fc-request-id"],
      function: { name: "deeds", handler: "fc-deeds.handler", memory: 128, timeout: 10 },
      service: { name: generation.generation === "FC 2" ? "ferry" : "" },
      region: "cn-hangzhou",
      accountId: rig.emulator.accountId,
      retryCount: 0,
      credentials: { accessKeyId: expect.stringMatching(/^STS\./) },
      logger: ["debug", "info", "warn", "error", "log"],
    });
  });

  it("lets functions invoke others with the keys they were lent", async () => {
    const context = await rig.call({ name: "deeds", event: { do: "context" } });
    const { credentials } = JSON.parse(Object(context).body);
    const call = { name: "deeds", event: JSON.stringify({ do: "echo", value: 1 }) };
    const { endpoint } = rig.emulator;
    expect(await generation.invoke({ endpoint, credential: credentials }, call)).toMatchObject({
      body: Buffer.from("1"),
    });
  });

  it("reports time, memory and, when asked, the log", async () => {
    const reply = await rig.call({
      name: "deeds",
      event: { do: "say", text: "what it said" },
      headers: { "x-fc-log-type": "Tail" },
    });
    const { headers } = Object(reply);
    expect(Buffer.from(headers["x-fc-log-result"], "base64").toString()).toBe(
      "info what it said\n",
    );
    const record = rig.recordsOf("deeds").at(-1);
    expect(Number(headers["x-fc-max-memory-usage"])).toBeCloseTo(record?.peakRssMib ?? 0, 1);
    expect(Number(headers["x-fc-invocation-duration"])).toBe(record?.billedMs);
  });

  it("keeps a process warm", async () => {
    const pids = [];
    for (const _ of [1, 2]) {
      const reply = await rig.call({ name: "narrow", event: { do: "instance" } });
      pids.push(String(Object(reply).body));
    }
    expect(pids[0]).toBe(pids[1]);
    expect(rig.recordsOf("narrow").map(({ isCold }) => isCold)).toEqual([true, false]);
  });

  it("kills what runs, on request", async () => {
    const victim = rig.call({ name: "killed", event: { do: "wait", ms: 9000 } });
    await vi.waitUntil(() => rig.emulator.kill({ count: 5 }).length === 1);
    expect(JSON.parse(Object(await victim).body)).toMatchObject(exited);
    expect(rig.recordsOf("killed")).toMatchObject([{ outcome: "killed" }]);
  });
});

describe("startFcEmulator", () => {
  it.each([
    { settings: { retriesMax: 9 }, words: /retriesMax is not in 0–8/ },
    { settings: { memoryMb: 100 }, words: /steps of 64/ },
  ])("refuses what Function Compute would: $words", async ({ settings, words }) => {
    const functions = [deeds("refused", settings)];
    await expect(startFcEmulator({ functions, credential: CALLER })).rejects.toThrow(words);
  });
});
