import { describe, expect, it } from "vitest";
import type { ByteStream } from "../../lib/base/byte-stream.ts";
import { OutgoingBody } from "../../lib/http/outgoing-body.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

function bodyOf(chunks: readonly string[], bytes: number) {
  const clock = new VirtualClock();
  const timeouts: string[] = [];
  const state = { taken: 0, isClosed: false };
  async function* source(): ByteStream {
    try {
      for (const chunk of chunks) {
        state.taken++;
        yield Buffer.from(chunk);
      }
    } finally {
      state.isClosed = true;
    }
  }
  const limits = { clock, stallMs: 1_000, answerMs: 5_000 };
  const body = new OutgoingBody({ stream: source(), bytes }, limits, (what) => timeouts.push(what));
  return { body, clock, timeouts, state };
}

const chunk = (text: string) => ({ done: false, value: Buffer.from(text) });
const DONE = { done: true, value: undefined };

describe("OutgoingBody", () => {
  it("holds the last chunk back until the source has ended", async () => {
    const { body, state } = bodyOf(["ab", "", "cd", ""], 4);
    expect(await body.next()).toEqual(chunk("ab"));
    expect(state.isClosed).toBe(false);
    expect(await body.next()).toEqual(chunk("cd"));
    expect(state.isClosed).toBe(true);
    expect(await body.next()).toEqual(DONE);
  });

  it.each([
    [["ab"], 3, "only 2 bytes"],
    [["ab", "cd"], 3, "over 3 bytes"],
    [["abc", "d"], 3, "over 3 bytes"],
    [["a"], 0, "over 0 bytes"],
  ])("refuses %j for a body of %d bytes", async (chunks, bytes, words) => {
    const { body, state } = bodyOf(chunks, bytes);
    const read = async () => {
      for (let result = await body.next(); !result.done; ) result = await body.next();
    };
    await expect(read()).rejects.toThrow(`the request body has ${words}, announced were ${bytes}`);
    expect(body.failure?.error).toMatchObject({ code: "CONTENT_LENGTH", remedy: "giveUp" });
    expect(state.isClosed).toBe(true);
  });

  it("reads no more after an early answer, and ends with the exchange", async () => {
    const { body, clock, state } = bodyOf(["ab", "cd"], 4);
    await body.next();
    body.halt();
    let isSettled = false;
    const pulled = body.next().finally(() => {
      isSettled = true;
    });
    await clock.advance(60_000);
    expect({ isSettled, ...state }).toEqual({ isSettled: false, taken: 1, isClosed: true });
    body.close();
    expect(await pulled).toEqual(DONE);
    expect(await body.next()).toEqual(DONE);
  });

  it("does not let a source that fails after the answer spoil it", async () => {
    let breakSource = (_: Error): void => undefined;
    const stream: ByteStream = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise((_, reject) => (breakSource = reject)),
      }),
    };
    const limits = { clock: new VirtualClock(), stallMs: 1, answerMs: 1 };
    const body = new OutgoingBody({ stream, bytes: 9 }, limits, () => undefined);
    const pulled = body.next();
    body.halt();
    breakSource(new Error("source closed"));
    await limits.clock.advance(10);
    body.close();
    expect(await pulled).toEqual(DONE);
    expect(body.failure).toBeUndefined();
  });

  it("times the connection, not the source", async () => {
    const { body, clock, timeouts } = bodyOf(["ab", "cd"], 4);
    await clock.advance(60_000);
    await body.next();
    await clock.advance(999);
    await body.next();
    expect(timeouts).toEqual([]);
    await clock.advance(1_000);
    expect(timeouts).toEqual(["the other side stopped reading the body"]);
  });

  it("times the answer once the body is sent, until it comes", async () => {
    const { body, clock, timeouts } = bodyOf([], 0);
    expect(await body.next()).toEqual(DONE);
    await clock.advance(4_999);
    expect(timeouts).toEqual([]);
    await clock.advance(1);
    expect(timeouts).toEqual(["no answer to the body in time"]);
    const answered = bodyOf([], 0);
    await answered.body.next();
    answered.body.halt();
    expect(answered.clock.pending).toBe(0);
  });
});
