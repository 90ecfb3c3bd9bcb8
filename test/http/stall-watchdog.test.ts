import { describe, expect, it } from "vitest";
import type { ByteStream } from "../../lib/base/byte-stream.ts";
import { type StallOptions, watchStall } from "../../lib/http/stall-watchdog.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const KIB = 1024;

interface Step {
  readonly afterMs: number;
  readonly bytes: number;
}

/** A source that follows a script, and knows whether it was closed. */
function scripted(clock: VirtualClock, steps: readonly Step[]) {
  const state = { isClosed: false };
  async function* source(): ByteStream {
    try {
      for (const { afterMs, bytes } of steps) {
        await clock.sleep(afterMs);
        yield new Uint8Array(bytes);
      }
    } finally {
      state.isClosed = true;
    }
  }
  return { stream: source(), state };
}

function watched(stream: ByteStream, clock: VirtualClock, options: Partial<StallOptions> = {}) {
  const aborted: string[] = [];
  const output = watchStall(stream, {
    clock,
    stallMs: 1_000,
    floorBytesPerSecond: KIB,
    floorWindowMs: 10_000,
    abort: () => aborted.push("aborted"),
    ...options,
  });
  return { output, aborted };
}

async function total(stream: ByteStream): Promise<number> {
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.byteLength;
  return bytes;
}

const repeat = (count: number, step: Step): Step[] => Array<Step>(count).fill(step);

describe("watchStall", () => {
  it("passes everything on and leaves no timer", async () => {
    const clock = new VirtualClock();
    const { stream, state } = scripted(clock, repeat(50, { afterMs: 900, bytes: KIB }));
    const { output, aborted } = watched(stream, clock);
    expect(await clock.run(total(output))).toBe(50 * KIB);
    expect({ aborted, pending: clock.pending, ...state }).toEqual({
      aborted: [],
      pending: 0,
      isClosed: true,
    });
  });

  it("gives up when no byte comes in time, although the source is stuck", async () => {
    const clock = new VirtualClock();
    const { stream } = scripted(clock, [
      { afterMs: 0, bytes: 5 },
      { afterMs: 3_600_000, bytes: 5 },
    ]);
    const { output, aborted } = watched(stream, clock);
    await expect(clock.run(total(output))).rejects.toMatchObject({
      code: "STREAM_STALLED",
      remedy: "retry",
      message: "the download stalled: no byte for 1.0 s",
    });
    expect(aborted).toHaveLength(1);
    expect(clock.monotonicMs()).toBe(1_000);
  });

  it("gives up on a trickle below the floor", async () => {
    const clock = new VirtualClock();
    const { stream } = scripted(clock, repeat(1_000, { afterMs: 500, bytes: 1 }));
    const { output, aborted } = watched(stream, clock);
    await expect(clock.run(total(output))).rejects.toThrow("20 B in 10.0 s, under 1.0 KiB/s");
    expect(aborted).toHaveLength(1);
  });

  it("does not count the time its consumer takes", async () => {
    const clock = new VirtualClock();
    const { stream } = scripted(clock, repeat(20, { afterMs: 10, bytes: 100 }));
    const { output } = watched(stream, clock);
    const slowly = async (): Promise<number> => {
      let bytes = 0;
      for await (const chunk of output) {
        await clock.sleep(60_000);
        bytes += chunk.byteLength;
      }
      return bytes;
    };
    expect(await clock.run(slowly())).toBe(2_000);
  });

  it("ends what it reads from when the consumer stops early", async () => {
    const clock = new VirtualClock();
    const { stream } = scripted(clock, repeat(9, { afterMs: 0, bytes: 1 }));
    const { output, aborted } = watched(stream, clock);
    const takeOne = async () => {
      for await (const _ of output) break;
    };
    await clock.run(takeOne());
    expect({ aborted, pending: clock.pending }).toEqual({ aborted: ["aborted"], pending: 0 });
  });

  it("ends what it reads from when the consumer leaves before the first byte", async () => {
    const clock = new VirtualClock();
    const { stream } = scripted(clock, repeat(9, { afterMs: 0, bytes: 1 }));
    const { output, aborted } = watched(stream, clock);
    const reader = output[Symbol.asyncIterator]();
    await reader.return?.();
    await reader.return?.();
    expect(aborted).toEqual(["aborted"]);
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  it("hands the source's own error on", async () => {
    const clock = new VirtualClock();
    async function* broken(): ByteStream {
      yield new Uint8Array(1);
      throw new Error("reset");
    }
    const { output, aborted } = watched(broken(), clock);
    await expect(total(output)).rejects.toThrow("reset");
    expect({ aborted, pending: clock.pending }).toEqual({ aborted: [], pending: 0 });
  });
});
