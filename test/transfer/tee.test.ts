import { describe, expect, it } from "vitest";
import type { ByteStream } from "../../lib/base/byte-stream.ts";
import { tee } from "../../lib/transfer/tee.ts";

interface Source {
  readonly stream: ByteStream;
  readonly read: () => number;
  readonly closed: () => boolean;
}

function numbers(count: number, failAt?: number): Source {
  let read = 0;
  let closed = false;
  async function* produce(): AsyncGenerator<Uint8Array> {
    try {
      for (; read < count; ) {
        if (read === failAt) throw new Error("source broke");
        yield Uint8Array.of(read++);
      }
    } finally {
      closed = true;
    }
  }
  return { stream: produce(), read: () => read, closed: () => closed };
}

async function readAll(stream: ByteStream): Promise<number[]> {
  const all: number[] = [];
  for await (const [value] of stream) all.push(value ?? -1);
  return all;
}

describe("tee", () => {
  it.each([1, 2, 5])("gives all chunks in order to %i consumers, reading once", async (count) => {
    const source = numbers(20);
    const branches = tee(source.stream, count);
    const results = await Promise.all(branches.map(({ stream }) => readAll(stream)));
    for (const result of results) expect(result).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(source.read()).toBe(20);
  });

  it("never runs more than one chunk ahead of the slowest consumer", async () => {
    const source = numbers(50);
    const [fast, slow] = tee(source.stream, 2);
    const slowReader = slow?.stream[Symbol.asyncIterator]();
    const fastDone = readAll(fast?.stream ?? source.stream);
    for (let taken = 1; taken <= 50; taken++) {
      await slowReader?.next();
      expect(source.read()).toBeLessThanOrEqual(taken + 1);
    }
    await slowReader?.next();
    expect(await fastDone).toHaveLength(50);
  });

  it("goes on for the others when one closes, before or after it began to read", async () => {
    const source = numbers(10);
    const [a, b, c] = tee(source.stream, 3);
    a?.close();
    const bReader = b?.stream[Symbol.asyncIterator]();
    const cAll = readAll(c?.stream ?? source.stream);
    await bReader?.next();
    await bReader?.return?.();
    expect(await cAll).toHaveLength(10);
  });

  it("closes the source when everybody has left", async () => {
    const source = numbers(10);
    const branches = tee(source.stream, 2);
    const readers = branches.map(({ stream }) => stream[Symbol.asyncIterator]());
    await Promise.all(readers.map((reader) => reader.next()));
    for (const branch of branches) branch.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(source.closed()).toBe(true);
    expect(source.read()).toBe(1);
  });

  it("tells every consumer of the source's failure", async () => {
    const branches = tee(numbers(10, 3).stream, 2);
    const results = await Promise.allSettled(branches.map(({ stream }) => readAll(stream)));
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });
});
