import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ByteStream } from "../../lib/base/byte-stream.ts";
import { bodyDecoder } from "../../lib/http/body-decoder.ts";
import { IncomingBody } from "../../lib/http/incoming-body.ts";
import { LandingBuffers } from "../../lib/http/landing-buffers.ts";
import { OutgoingBody } from "../../lib/http/outgoing-body.ts";

const chunkList = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });

/** A body whose chunks are numbers, each in a buffer that is used again. */
class NumberedPipe {
  pushed = 0;
  readonly #buffers = new LandingBuffers();
  readonly #got: number[] = [];
  readonly #body = new IncomingBody(
    { awaitBytes: () => undefined, destroy: () => undefined },
    this.#buffers,
  );
  #pull: Promise<void> | undefined;

  async push(): Promise<void> {
    const buffer = this.#buffers.take();
    buffer[0] = this.pushed++;
    this.#body.push(buffer.subarray(0, 1), buffer);
  }

  /** One pull at a time, as readers do. */
  async pull(): Promise<void> {
    if (this.#body.isAwaited) return;
    await this.#pull;
    this.#pull = this.#pullOne();
  }

  async end(): Promise<readonly number[]> {
    this.#body.end();
    await this.#pull;
    for await (const [number = -1] of this.#body) this.#got.push(number);
    return this.#got;
  }

  async #pullOne(): Promise<void> {
    const { value } = await this.#body.next();
    if (value?.[0] !== undefined) this.#got.push(value[0]);
  }
}

describe("bodies, whatever their chunks,", () => {
  it("are sent byte for byte, though their source uses its buffer again", async () => {
    await fc.assert(
      fc.asyncProperty(chunkList, fc.boolean(), async (chunks, isSlow) => {
        const whole = Buffer.concat(chunks);
        const shared = Buffer.alloc(40);
        async function* source(): ByteStream {
          for (const chunk of chunks) {
            shared.set(chunk);
            yield shared.subarray(0, chunk.length);
            shared.fill(0xff);
          }
          shared.fill(0xff);
        }
        const sent: Uint8Array[] = [];
        const body = new OutgoingBody({ stream: source(), bytes: whole.byteLength });
        const take = (bytes: Uint8Array) => void sent.push(Buffer.from(bytes));
        const later = async (bytes: Uint8Array) => {
          await new Promise((resolve) => setImmediate(resolve));
          take(bytes);
        };
        await body.send({ write: isSlow ? later : (bytes) => void take(bytes) });
        expect(Buffer.concat(sent)).toEqual(whole);
      }),
    );
  });

  it("are received byte for byte, in any order of pushes and pulls", async () => {
    const steps = fc.array(fc.constantFrom("push", "pull"), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(steps, async (order) => {
        const pipe = new NumberedPipe();
        for (const step of order) await (step === "push" ? pipe.push() : pipe.pull());
        const got = await pipe.end();
        expect(got).toEqual(Array.from({ length: pipe.pushed }, (_, index) => index));
      }),
    );
  });

  it("are put together from chunks that are cut anywhere", () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(chunkList, cuts, (chunks, lengths) => {
        const full = chunks.filter((chunk) => chunk.byteLength > 0);
        const encoded = Buffer.concat([
          ...full.flatMap((chunk) => [
            Buffer.from(`${chunk.byteLength.toString(16)}\r\n`),
            chunk,
            Buffer.from("\r\n"),
          ]),
          Buffer.from("0\r\n\r\n"),
        ]);
        const decoder = bodyDecoder({ kind: "chunked" });
        const decoded: Buffer[] = [];
        for (let at = 0, turn = 0; at < encoded.length; turn++) {
          const part = encoded.subarray(at, at + (lengths[turn % lengths.length] ?? 1));
          at += decoder.decode(part, (payload) => decoded.push(Buffer.from(payload)));
        }
        expect(decoder.isDone).toBe(true);
        expect(Buffer.concat(decoded)).toEqual(Buffer.concat(full));
      }),
    );
  });
});
