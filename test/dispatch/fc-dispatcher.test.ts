import { describe, expect, it } from "vitest";
import { createFcDispatcher, createFcLauncher } from "../../lib/dispatch/fc-dispatcher.ts";
import type { AsyncInvocation, InvocationAnswer } from "../../lib/dispatch/function-invoker.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { instantClock } from "./instant-clock.ts";

function bed(answer: (invocation: AsyncInvocation, call: number) => InvocationAnswer) {
  const calls: AsyncInvocation[] = [];
  const clock = instantClock();
  const invoker = {
    invoke: async (invocation: AsyncInvocation) => answer(invocation, calls.push(invocation)),
  };
  const ports = { invoker, clock, random: seededRandom(1) };
  return { calls, clock, ports };
}

const taken = (): InvocationAnswer => ({ status: 202 });

describe("dispatching by invocations", () => {
  it("gives ids alone, and a task id that a repeated order has again", async () => {
    const { calls, ports } = bed(taken);
    const dispatcher = createFcDispatcher("worker", ports);
    const order = { runId: "run/ä", taskId: "docker.io/x:1", epoch: 1 };
    await dispatcher.dispatch([order]);
    await dispatcher.dispatch([order, { ...order, nudge: 1 }, { ...order, epoch: 2 }]);
    expect(calls.map(({ functionName }) => functionName)).toEqual(Array(4).fill("worker"));
    expect(calls[0]?.body).toBe('{"runId":"run/ä","taskId":"docker.io/x:1"}');
    const ids = calls.map(({ taskId }) => taskId);
    expect(ids[0]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^t_[0-9a-f]{64}$/);
  });

  it("leaves orders for later to the sweeper", async () => {
    const { calls, ports } = bed(taken);
    await createFcDispatcher("worker", ports).dispatch([
      { runId: "r", taskId: "a", epoch: 1, delayMs: 1 },
    ]);
    expect(calls).toEqual([]);
  });

  it("tries again what may pass, waiting longer each time", async () => {
    const { calls, clock, ports } = bed((_, call) =>
      call < 4 ? { status: 429, refusal: "ResourceThrottled" } : { status: 202 },
    );
    await createFcDispatcher("worker", ports).dispatch([{ runId: "r", taskId: "a", epoch: 1 }]);
    expect(calls).toHaveLength(4);
    expect(clock.slept).toHaveLength(3);
  });

  it("gives all it can, then says how many are left", async () => {
    const { calls, ports } = bed(({ body }) =>
      body.includes('"b"') ? { status: 404, refusal: "FunctionNotFound" } : { status: 202 },
    );
    const orders = ["a", "b", "c"].map((taskId) => ({ runId: "r", taskId, epoch: 0 }));
    await expect(createFcDispatcher("worker", ports).dispatch(orders)).rejects.toMatchObject({
      code: "DISPATCH_FAILED",
      remedy: "fixInput",
      message: "1 of 3 tasks for worker could not be handed over: 404 FunctionNotFound",
    });
    expect(calls).toHaveLength(3);
  });

  it("launches a run, and gives up on it in the end", async () => {
    const { calls, ports } = bed((_, call) => (call === 1 ? {} : { refusal: "ECONNREFUSED" }));
    const launcher = createFcLauncher("orchestrator", ports);
    await launcher.launch({ runId: "r", epoch: 0 });
    expect(calls[0]).toMatchObject({ functionName: "orchestrator", body: '{"runId":"r"}' });
    await expect(launcher.launch({ runId: "r", epoch: 1 })).rejects.toMatchObject({
      code: "DISPATCH_FAILED",
      remedy: "retry",
    });
    expect(calls).toHaveLength(7);
  });
});
