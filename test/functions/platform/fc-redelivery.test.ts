import { describe, expect, it } from "vitest";
import { fcRedelivery } from "../../../functions/platform/fc-redelivery.ts";
import { FerryError } from "../../../lib/base/error.ts";
import { functionBed } from "../function-bed.ts";

function bed() {
  const given: unknown[] = [];
  const { environment, invoke } = functionBed({
    opened: {
      dispatch: {
        tasks: { dispatch: async (orders) => void given.push(...orders) },
        runs: { launch: async (order) => void given.push(order) },
        queues: new Map(),
      },
    },
  });
  return { given, invoke, redelivery: fcRedelivery(environment) };
}

const end = (delayMs: number) => ({ kind: "handOn", delayMs, epoch: 5 }) as const;

describe("redelivery by Function Compute", () => {
  it("invokes for the next epoch of a task", async () => {
    const { given, invoke, redelivery } = bed();
    await redelivery.handOn(invoke({ runId: "r", taskId: "t" }), end(0));
    expect(given).toEqual([{ runId: "r", taskId: "t", epoch: 5 }]);
  });

  it("invokes for the next epoch of a listing", async () => {
    const { given, invoke, redelivery } = bed();
    await redelivery.handOn(invoke({ kind: "goOn", runId: "r" }), end(0));
    expect(given).toEqual([{ runId: "r", epoch: 5 }]);
  });

  it("leaves what has to wait to the sweeper", async () => {
    const { given, invoke, redelivery } = bed();
    expect(await redelivery.handOn(invoke({ runId: "r", taskId: "t" }), end(1))).toEqual(end(1));
    expect(given).toEqual([]);
  });

  it("leaves what failed to the platform", async () => {
    const { invoke, redelivery } = bed();
    const error = new FerryError("failed", { code: "STATE_BUSY", remedy: "retry" });
    expect(await redelivery.failed(invoke({}), error)).toBeUndefined();
  });
});
