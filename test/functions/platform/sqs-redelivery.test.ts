import { describe, expect, it } from "vitest";
import { sqsRedelivery } from "../../../functions/platform/sqs-redelivery.ts";
import { FerryError, type FerryErrorOptions } from "../../../lib/base/error.ts";
import { functionBed } from "../function-bed.ts";

function bed() {
  const postponed: { readonly handle: string; readonly delayMs: number }[] = [];
  let isBroken = false;
  const tasks = {
    name: "tasks",
    send: async () => undefined,
    postpone: async (handle: string, delayMs: number) => {
      if (isBroken) throw new FerryError("gone", { code: "DISPATCH_FAILED", remedy: "retry" });
      postponed.push({ handle, delayMs });
    },
  };
  const nobody = {
    tasks: { dispatch: async () => undefined },
    runs: { launch: async () => undefined },
  };
  const { environment, invoke, lines } = functionBed({
    opened: { dispatch: { ...nobody, queues: new Map([["tasks", tasks]]) } },
  });
  const message = (deliveries = 1) =>
    invoke({}, { via: "queue", receipt: { queue: "tasks", handle: "h", deliveries } });
  const redelivery = sqsRedelivery(environment);
  const breakQueue = () => {
    isBroken = true;
  };
  return { postponed, lines, invoke, message, redelivery, breakQueue };
}

const error = (options: Partial<FerryErrorOptions>) =>
  new FerryError("failed", { code: "STATE_BUSY", remedy: "retry", ...options });

describe("redelivery by SQS", () => {
  it("keeps a message that is handed on, visible after the delay", async () => {
    const { redelivery, message, postponed } = bed();
    const end = { kind: "handOn", delayMs: 7_000, epoch: 3 } as const;
    expect(await redelivery.handOn(message(), end)).toEqual({ kind: "kept" });
    expect(postponed).toEqual([{ handle: "h", delayMs: 7_000 }]);
  });

  it.each([
    ["passes", { remedy: "retry" }, 50, 30_000, 120_000],
    ["asks for a pause", { remedy: "retryAfter", retryAfterMs: 400_000 }, 1, 400_000, 400_000],
    ["lasts, at first", { remedy: "fixInput" }, 1, 30_000, 30_000],
    ["lasts, in the end", { remedy: "giveUp" }, 900, 900_000, 900_000],
  ] as const)("keeps a message whose fault %s", async (_, fault, deliveries, min, max) => {
    const { redelivery, message, postponed } = bed();
    expect(await redelivery.failed(message(deliveries), error(fault))).toEqual({ kind: "kept" });
    expect(postponed[0]?.delayMs).toBeGreaterThanOrEqual(min);
    expect(postponed[0]?.delayMs).toBeLessThanOrEqual(max);
  });

  it.each(["EVENT_INVALID", "RUN_UNKNOWN", "TASK_UNKNOWN"])(
    "takes a message out that will never do: %s",
    async (code) => {
      const { redelivery, message, postponed } = bed();
      const answer = await redelivery.failed(message(), error({ code, remedy: "fixInput" }));
      expect(answer).toEqual({ kind: "done" });
      expect(postponed).toEqual([]);
    },
  );

  it("keeps a message that cannot be postponed", async () => {
    const { redelivery, message, breakQueue, lines } = bed();
    breakQueue();
    expect(await redelivery.failed(message(), error({}))).toEqual({ kind: "kept" });
    expect(lines).toMatchObject([{ level: "warn", msg: "message.notPostponed" }]);
  });

  it("leaves calls to their callers", async () => {
    const { redelivery, invoke } = bed();
    const end = { kind: "handOn", delayMs: 0, epoch: 1 } as const;
    expect(await redelivery.handOn(invoke({}), end)).toBe(end);
    expect(await redelivery.failed(invoke({}), error({}))).toBeUndefined();
  });
});
