import { describe, expect, it } from "vitest";
import { createWorker, type TaskEvent } from "../../functions/worker.ts";
import { FerryError } from "../../lib/base/error.ts";
import { functionBed, LIFE_MS } from "./function-bed.ts";

const task = { runId: "r", taskId: "t" };

describe("the worker", () => {
  it("works on the task it is sent, within its time", async () => {
    let asked: unknown;
    const bed = functionBed({
      pipeline: {
        work: async (message, { deadline, signal }) => {
          asked = { message, leftMs: deadline.remainingMs(), aborted: signal.aborted };
          return { kind: "done" };
        },
      },
    });
    const answer = await createWorker(bed.environment)(bed.invoke(task), bed.context);
    expect(answer).toEqual({ kind: "done" });
    expect(asked).toEqual({ message: task, leftMs: LIFE_MS, aborted: false });
    expect(bed.clock.pending).toBe(0);
  });

  it("lets the platform deliver again what has to go on", async () => {
    const bed = functionBed({
      pipeline: { work: async () => ({ kind: "handOn", delayMs: 5, epoch: 2 }) },
      redelivery: {
        handOn: async ({ message }, end) => {
          expect(message).toEqual(task);
          expect(end).toEqual({ kind: "handOn", delayMs: 5, epoch: 2 });
          return { kind: "kept" };
        },
      },
    });
    const answer = await createWorker(bed.environment)(bed.invoke(task), bed.context);
    expect(answer).toEqual({ kind: "kept" });
  });

  it("stops what hangs before the platform would kill it", async () => {
    const bed = functionBed({
      pipeline: {
        work: (_, { signal }) =>
          new Promise((resolve) => {
            signal.addEventListener("abort", () => resolve({ kind: "done" }));
          }),
      },
    });
    const working = createWorker(bed.environment)(bed.invoke(task), bed.context);
    await bed.clock.advance(LIFE_MS - 2_000);
    await expect(working).resolves.toEqual({ kind: "done" });
  });

  it("puts request, run and task on every line of its log", async () => {
    const bed = functionBed();
    await createWorker(bed.environment)(bed.invoke(task), bed.context);
    expect(bed.lines).toEqual([
      {
        level: "debug",
        time: expect.any(String),
        msg: "invocation.ended",
        function: "worker",
        requestId: "request-1",
        ...task,
        kind: "done",
      },
    ]);
  });

  it("logs what failed, and tells its caller by the error's code", async () => {
    const bed = functionBed({
      pipeline: {
        work: async () => {
          throw new FerryError("table t is gone", {
            code: "STATE_UNUSABLE",
            remedy: "fixInput",
            hint: "Make it again.",
            cause: new Error("canary"),
          });
        },
      },
    });
    const working = createWorker(bed.environment)(bed.invoke(task), bed.context);
    const error = await working.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: "STATE_UNUSABLE",
      message: "table t is gone. Make it again.",
    });
    expect(error).not.toHaveProperty("cause");
    expect(bed.lines).toMatchObject([
      { level: "error", msg: "invocation.failed", code: "STATE_UNUSABLE", ...task },
    ]);
    expect(JSON.stringify(bed.lines)).not.toContain("canary");
    expect(bed.clock.pending).toBe(0);
  });

  it.each([
    ["nothing", undefined, "expected object"],
    ["a text", "not json", "expected object"],
    ["no task", { runId: "r" }, "taskId"],
    ["an id that is no text", { runId: 1, taskId: "t" }, "runId"],
    ["an id that is too long", { runId: "r".repeat(300), taskId: "t" }, "runId"],
    ["more than ids", { ...task, password: "canary" }, "password"],
  ])("refuses %s, and repeats none of it", async (_, message, words) => {
    const bed = functionBed();
    const worker = createWorker(bed.environment);
    // What comes from outside has the type that somebody hopes for.
    const invocation = bed.invoke<TaskEvent>(JSON.parse(JSON.stringify(message ?? null)));
    const error = await worker(invocation, bed.context).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: "EVENT_INVALID",
      message: expect.stringContaining(words),
    });
    expect(JSON.stringify(bed.lines)).not.toContain("canary");
  });
});
