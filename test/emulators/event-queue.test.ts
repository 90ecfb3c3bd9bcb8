import { describe, expect, it } from "vitest";
import {
  type AttemptEnd,
  EventQueue,
  type RetryRules,
} from "../support/function-host/event-queue.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const RULES: RetryRules = {
  retriesMax: 2,
  ageMsMax: 100_000,
  retryDelayMs: (retry) => retry * 1000,
  throttleDelayMs: (throttle) => throttle * 10,
};

/** Runs an event whose attempts end as listed, and tells when each began. */
async function run(ends: readonly AttemptEnd[], rules: Partial<RetryRules> = {}) {
  const clock = new VirtualClock();
  const queue = new EventQueue(clock);
  const attempts: { readonly attempt: number; readonly atMs: number }[] = [];
  const seen: string[] = [];
  queue.add({
    functionName: "worker",
    requestId: "one",
    event: new Uint8Array(),
    rules: { ...RULES, ...rules },
    run: async (attempt) => {
      attempts.push({ attempt, atMs: clock.monotonicMs() });
      return ends[attempts.length - 1] ?? "failed";
    },
    ended: (end) => seen.push(end),
  });
  await clock.run(queue.settled());
  const letters = queue.deadLetters.map(({ condition, attempts }) => ({ condition, attempts }));
  return { attempts, letters, seen };
}

describe("EventQueue", () => {
  it.each([
    { what: "succeeds at once", ends: ["succeeded"] as const, at: [[1, 0]] },
    {
      what: "succeeds in the end",
      ends: ["failed", "failed", "succeeded"] as const,
      at: [
        [1, 0],
        [2, 1000],
        [3, 3000],
      ],
    },
    {
      what: "is throttled, which counts as no attempt",
      ends: ["throttled", "throttled", "failed", "throttled", "succeeded"] as const,
      at: [
        [1, 0],
        [1, 10],
        [1, 30],
        [2, 1030],
        [2, 1060],
      ],
    },
  ])("runs an event that $what", async ({ ends, at }) => {
    const { attempts, letters, seen } = await run(ends);
    expect(attempts.map(({ attempt, atMs }) => [attempt, atMs])).toEqual(at);
    expect({ letters, seen }).toEqual({ letters: [], seen: ["succeeded"] });
  });

  it.each([
    { rules: {}, condition: "retriesExhausted", attempts: 3 },
    { rules: { retriesMax: 0 }, condition: "retriesExhausted", attempts: 1 },
    { rules: { ageMsMax: 2999 }, condition: "eventAgeExceeded", attempts: 2 },
    { rules: { ageMsMax: 999 }, condition: "eventAgeExceeded", attempts: 1 },
  ])("gives up an event as $condition by $rules", async ({ rules, condition, attempts }) => {
    const { letters, seen } = await run([], rules);
    expect({ letters, seen }).toEqual({ letters: [{ condition, attempts }], seen: [condition] });
  });

  it("lets waiting events go when it is stopped", async () => {
    const clock = new VirtualClock();
    const queue = new EventQueue(clock);
    const event = { functionName: "worker", requestId: "one", event: new Uint8Array() };
    queue.add({ ...event, rules: RULES, run: async () => "failed" });
    await clock.advance(0);
    queue.stop();
    await queue.settled();
    expect(queue.deadLetters).toEqual([]);
  });
});
