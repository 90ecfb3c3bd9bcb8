import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ByteStream } from "../../lib/base/byte-stream.ts";
import { OutgoingBody } from "../../lib/http/outgoing-body.ts";
import { ResponseBody } from "../../lib/http/response-body.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const QUEUED_BYTES_MAX = 128 * 1024;
const chunkList = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });

/** A body whose source keeps to its word: nothing is pushed while it is paused. */
class CountedPipe {
  pushed = 0;
  pulled = 0;
  #isPaused = false;
  readonly body = new ResponseBody({
    pause: () => {
      this.#isPaused = true;
    },
    resume: () => {
      this.#isPaused = false;
    },
    destroy: () => undefined,
  });

  push(bytes: number): void {
    if (this.#isPaused) return;
    this.body.push(new Uint8Array(bytes));
    this.pushed += bytes;
  }

  async pull(): Promise<void> {
    if (this.pulled === this.pushed) return;
    const { value } = await this.body.next();
    this.pulled += value?.byteLength ?? 0;
  }
}

describe("bodies, whatever their chunks,", () => {
  it("are sent byte for byte", async () => {
    await fc.assert(
      fc.asyncProperty(chunkList, async (chunks) => {
        const whole = Buffer.concat(chunks);
        async function* source(): ByteStream {
          yield* chunks;
        }
        const limits = { clock: new VirtualClock(), stallMs: 1, answerMs: 1 };
        const content = { stream: source(), bytes: whole.byteLength };
        const body = new OutgoingBody(content, limits, () => undefined);
        const sent: Uint8Array[] = [];
        for await (const chunk of body) sent.push(chunk);
        expect(Buffer.concat(sent)).toEqual(whole);
        body.close();
        expect(limits.clock.pending).toBe(0);
      }),
    );
  });

  it("are received byte for byte with a bounded queue, in any order of pushes and pulls", async () => {
    const steps = fc.array(fc.oneof(fc.constant("pull"), fc.integer({ min: 1, max: 65_536 })), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (order) => {
        const pipe = new CountedPipe();
        for (const step of order) {
          if (typeof step === "string") await pipe.pull();
          else pipe.push(step);
          expect(pipe.pushed - pipe.pulled).toBeLessThanOrEqual(QUEUED_BYTES_MAX);
        }
        pipe.body.end();
        for await (const chunk of pipe.body) pipe.pulled += chunk.byteLength;
        expect(pipe.pulled).toBe(pipe.pushed);
      }),
    );
  });
});
