import { describe, expect, it } from "vitest";
import type { ByteStream } from "../../lib/base/byte-stream.ts";
import { OutgoingBody } from "../../lib/http/outgoing-body.ts";

function bodyOf(chunks: readonly string[], bytes: number) {
  const state = { taken: 0, isClosed: false };
  // One buffer for all, as streams may do.
  const shared = Buffer.alloc(16);
  async function* source(): ByteStream {
    try {
      for (const chunk of chunks) {
        state.taken++;
        yield shared.subarray(0, shared.write(chunk));
        shared.fill("#");
      }
    } finally {
      state.isClosed = true;
    }
  }
  return { body: new OutgoingBody({ stream: source(), bytes }), state };
}

/** A sink that notes what it gets, and takes its time for each write when told to. */
function sinkOf(isSlow = false) {
  const got: string[] = [];
  let release: () => void = () => undefined;
  const write = (bytes: Uint8Array): Promise<void> | undefined => {
    if (!isSlow) {
      got.push(Buffer.from(bytes).toString());
      return undefined;
    }
    return new Promise((resolve) => {
      release = () => {
        got.push(Buffer.from(bytes).toString());
        resolve();
      };
    });
  };
  return { got, write, release: () => release() };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("OutgoingBody", () => {
  it("holds the last bytes back until the source has ended, whole", async () => {
    const { body, state } = bodyOf(["ab", "", "cd", ""], 4);
    const closedAt: boolean[] = [];
    const got: string[] = [];
    await body.send({
      write: (bytes) => {
        closedAt.push(state.isClosed);
        got.push(Buffer.from(bytes).toString());
        return undefined;
      },
    });
    expect({ got, closedAt, isComplete: body.isComplete }).toEqual({
      got: ["ab", "cd"],
      closedAt: [false, true],
      isComplete: true,
    });
  });

  it("sends nothing of an empty source", async () => {
    const { body, state } = bodyOf([], 0);
    const { got, write } = sinkOf();
    await body.send({ write });
    expect({ got, ...state, isComplete: body.isComplete }).toEqual({
      got: [],
      taken: 0,
      isClosed: true,
      isComplete: true,
    });
  });

  it.each([
    [["ab"], 3, "only 2 bytes"],
    [["ab", "cd"], 3, "over 3 bytes"],
    [["abc", "d"], 3, "over 3 bytes"],
    [["a"], 0, "over 0 bytes"],
  ])("refuses %j for a body of %d bytes", async (chunks, bytes, words) => {
    const { body, state } = bodyOf(chunks, bytes);
    const { write } = sinkOf();
    await expect(body.send({ write })).rejects.toMatchObject({
      code: "CONTENT_LENGTH",
      remedy: "giveUp",
      message: `the request body has ${words}, announced were ${bytes}`,
    });
    expect({ isComplete: body.isComplete, isClosed: state.isClosed }).toEqual({
      isComplete: false,
      isClosed: true,
    });
  });

  it("asks for no more, and leaves nothing, while bytes are being written", async () => {
    const { body, state } = bodyOf(["ab", "cd"], 4);
    const sink = sinkOf(true);
    const sent = body.send(sink);
    await turn();
    expect(state.taken).toBe(1);
    body.leave();
    await turn();
    // The source may use the bytes again as soon as it is left.
    expect(state.isClosed).toBe(false);
    sink.release();
    await sent;
    await turn();
    expect({ got: sink.got, ...state, isComplete: body.isComplete }).toEqual({
      got: ["ab"],
      taken: 1,
      isClosed: true,
      isComplete: false,
    });
  });

  it("leaves a source before it was asked for anything", async () => {
    let isLeft = false;
    const stream: ByteStream = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(new Error("asked")),
        return: async () => {
          isLeft = true;
          return { done: true, value: undefined };
        },
      }),
    };
    const body = new OutgoingBody({ stream, bytes: 9 });
    body.leave();
    await body.send(sinkOf());
    expect(isLeft).toBe(true);
  });

  it("does not let a source that fails after the answer spoil it", async () => {
    let breakSource = (_: Error): void => undefined;
    const stream: ByteStream = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise((_, reject) => (breakSource = reject)),
      }),
    };
    const body = new OutgoingBody({ stream, bytes: 9 });
    const sent = body.send(sinkOf());
    body.leave();
    breakSource(new Error("source closed"));
    expect(await sent).toBeUndefined();
  });
});
