import { describe, expect, it } from "vitest";
import { cutWindow } from "../../lib/registry/blob-window.ts";
import { failureOf, layerOf, readAll } from "./registry-rig.ts";

const BYTES = Buffer.from("0123456789");
const blob = layerOf(BYTES);

/** Says how far it was read. */
function source(bytes: Uint8Array, chunk = 3) {
  const seen = { bytes: 0, ended: false };
  async function* stream(): AsyncGenerator<Uint8Array> {
    try {
      for (let at = 0; at < bytes.length; at += chunk) {
        const part = bytes.slice(at, at + chunk);
        seen.bytes += part.length;
        yield part;
      }
    } finally {
      seen.ended = true;
    }
  }
  return { seen, stream: stream() };
}

describe("cutWindow", () => {
  it.each([
    [0, 0, 10, "0123456789"],
    [0, 4, 6, "456789"],
    [0, 4, 2, "45"],
    [4, 4, 6, "456789"],
    [0, 9, 1, "9"],
  ])("a stream from %i on, of %i the next %i", async (startsAt, offset, length, text) => {
    const { stream } = source(BYTES.subarray(startsAt));
    const cut = cutWindow(stream, startsAt, { blob, offset, length });
    expect((await readAll(cut)).toString()).toBe(text);
  });

  it("reads no further than what is wanted", async () => {
    const { stream, seen } = source(BYTES);
    await readAll(cutWindow(stream, 0, { blob, offset: 1, length: 3 }));
    expect(seen).toEqual({ bytes: 6, ended: true });
  });

  it("notices bytes after the last one, and gives none of them", async () => {
    const { stream } = source(Buffer.from("0123456789X"));
    const error = await failureOf(readAll(cutWindow(stream, 0, { blob, offset: 0, length: 10 })));
    expect(error.code).toBe("SIZE_MISMATCH");
    expect(error.message).toContain("at least 11 bytes");
  });

  it("ends where its source ends: its reader counts", async () => {
    const { stream } = source(BYTES.subarray(0, 5));
    const cut = cutWindow(stream, 0, { blob, offset: 0, length: 10 });
    expect((await readAll(cut)).toString()).toBe("01234");
  });

  it("ends its source when its reader stops", async () => {
    const { stream, seen } = source(BYTES);
    for await (const _ of cutWindow(stream, 0, { blob, offset: 0, length: 10 })) break;
    expect(seen).toEqual({ bytes: 3, ended: true });
  });

  it("ends its source when its reader never starts", async () => {
    let returned = false;
    const stream = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: BYTES }) as const,
        return: async () => {
          returned = true;
          return { done: true, value: undefined } as const;
        },
      }),
    };
    const cut = cutWindow(stream, 0, { blob, offset: 0, length: 10 });
    await cut[Symbol.asyncIterator]().return?.();
    expect(returned).toBe(true);
  });
});
