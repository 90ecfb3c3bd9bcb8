import { describe, expect, it } from "vitest";
import { FerryError, type FerryErrorOptions } from "../../lib/base/error.ts";
import { type RetryOptions, retryByRemedy } from "../../lib/http/retry.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const LONGEST = { next: () => 1, hex: () => "" };

function failing(options: Omit<FerryErrorOptions, "code">): FerryError {
  return new FerryError("no luck", { code: "TEST", ...options });
}

/** Runs `errors` one after the other, then success, and notes the waits. */
async function runThrough(errors: readonly unknown[], options: Partial<RetryOptions> = {}) {
  const clock = new VirtualClock();
  const waits: number[] = [];
  const tries: number[] = [];
  const queue = [...errors];
  const run = retryByRemedy(
    async (attempt) => {
      tries.push(attempt);
      if (queue.length > 0) throw queue.shift();
      return "done";
    },
    { clock, random: LONGEST, onRetry: (_, delayMs) => waits.push(delayMs), ...options },
  );
  const [result] = await Promise.allSettled([clock.run(run)]);
  return { result, waits, tries, elapsedMs: clock.monotonicMs() };
}

const many = (count: number, error: FerryError) => Array<FerryError>(count).fill(error);

describe("retryByRemedy", () => {
  it("backs off between passing faults", async () => {
    const outcome = await runThrough(many(3, failing({ remedy: "retry" })));
    expect(outcome.result).toEqual({ status: "fulfilled", value: "done" });
    expect(outcome.waits).toEqual([200, 400, 800]);
    expect(outcome.tries).toEqual([1, 2, 3, 4]);
    expect(outcome.elapsedMs).toBe(1400);
  });

  it("throws the last error after the last attempt", async () => {
    const error = failing({ remedy: "retry" });
    const outcome = await runThrough(many(9, error), { attemptsMax: 3 });
    expect(outcome.result).toEqual({ status: "rejected", reason: error });
    expect(outcome.tries).toEqual([1, 2, 3]);
  });

  it("waits exactly as long as the peer asks, at no cost", async () => {
    const outcome = await runThrough(
      many(8, failing({ remedy: "retryAfter", retryAfterMs: 7_000 })),
      { attemptsMax: 1 },
    );
    expect(outcome.result.status).toBe("fulfilled");
    expect(new Set(outcome.tries)).toEqual(new Set([1]));
    expect(outcome.elapsedMs).toBe(56_000);
  });

  it("gives up on a peer that asks for more pauses than twenty", async () => {
    const error = failing({ remedy: "retryAfter", retryAfterMs: 10 });
    const outcome = await runThrough(many(99, error));
    expect(outcome.result).toEqual({ status: "rejected", reason: error });
    expect(outcome.waits).toHaveLength(20);
  });

  it("throws a pause that is too long to wait out", async () => {
    const error = failing({ remedy: "retryAfter", retryAfterMs: 300_001 });
    const outcome = await runThrough([error]);
    expect(outcome.result).toEqual({ status: "rejected", reason: error });
    expect(outcome.waits).toEqual([]);
  });

  it.each([
    failing({ remedy: "giveUp" }),
    failing({ remedy: "authenticate" }),
    failing({ remedy: "fixInput" }),
    new TypeError("a bug"),
  ])("throws $remedy $name at once", async (error) => {
    const outcome = await runThrough([error]);
    expect(outcome.result).toEqual({ status: "rejected", reason: error });
    expect(outcome.tries).toEqual([1]);
  });

  it("stops waiting when the signal aborts", async () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const run = retryByRemedy(async () => Promise.reject(failing({ remedy: "retry" })), {
      clock,
      random: LONGEST,
      signal: stop.signal,
      onRetry: () => queueMicrotask(() => stop.abort(new Error("stopped"))),
    });
    await expect(run).rejects.toThrow("stopped");
    expect(clock.pending).toBe(0);
  });
});
