import { FerryError } from "../base/error.ts";
import type { StreamedBody } from "./transport.ts";

/** Takes bytes at its own pace. */
export interface BodySink {
  /**
   * Sends bytes, which have to stay as they are until the promise is settled; `undefined` when
   * they are on their way already.
   */
  write(bytes: Uint8Array): Promise<void> | undefined;
}

/**
 * A streamed request body on its way into a connection.
 *
 * The last bytes are handed over only once the source has ended well: a source that finds its
 * content damaged at the very end keeps the upload from ever being complete.
 */
export class OutgoingBody {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #bytes: number;
  #given = 0;
  #isWriting = false;
  #isLeft = false;
  #isComplete = false;

  constructor(body: StreamedBody) {
    this.#source = body.stream[Symbol.asyncIterator]();
    this.#bytes = body.bytes;
  }

  /** All bytes have been sent. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /**
   * Sends everything, or what has been sent when it is left.
   *
   * @throws what the source or the sink throws, and {@link FerryError} `CONTENT_LENGTH` (giveUp)
   * when the source gives another number of bytes than announced; nothing once it is left.
   */
  async send(sink: BodySink): Promise<void> {
    try {
      while (!this.#isLeft && !this.#isComplete) {
        const chunk = await this.#next();
        if (this.#isLeft) return;
        if (chunk.byteLength > 0) await this.#write(chunk, sink);
        this.#isComplete = this.#given === this.#bytes;
      }
    } catch (error) {
      if (this.#isLeft) return;
      this.leave();
      throw error;
    }
  }

  /** What has not been sent yet is of no use any more. */
  leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    // The source may use the bytes again as soon as it is left.
    if (!this.#isWriting) this.#leaveSource();
  }

  async #write(chunk: Uint8Array, sink: BodySink): Promise<void> {
    const written = sink.write(chunk);
    if (written === undefined) return;
    this.#isWriting = true;
    try {
      await written;
    } finally {
      this.#isWriting = false;
      if (this.#isLeft) this.#leaveSource();
    }
  }

  /** The next bytes; the last ones only when nothing comes after them. */
  async #next(): Promise<Uint8Array> {
    const chunk = await this.#pull();
    this.#given += chunk?.byteLength ?? 0;
    if (chunk !== undefined && this.#given < this.#bytes) return chunk;
    // Asking for more may make the source use the bytes again.
    const last = Buffer.from(chunk ?? []);
    const hasMore = chunk !== undefined && (await this.#pull()) !== undefined;
    if (this.#given !== this.#bytes || hasMore) throw this.#wrongLength(hasMore);
    return last;
  }

  async #pull(): Promise<Uint8Array | undefined> {
    for (;;) {
      const { done, value } = await this.#source.next();
      if (done) return undefined;
      if (value.byteLength > 0) return value;
    }
  }

  #wrongLength(hasMore: boolean): FerryError {
    const isLong = hasMore || this.#given > this.#bytes;
    const given = isLong ? `over ${this.#bytes}` : `only ${this.#given}`;
    return new FerryError(`the request body has ${given} bytes, announced were ${this.#bytes}`, {
      code: "CONTENT_LENGTH",
      remedy: "giveUp",
    });
  }

  /** Not awaited: a generator stuck in its own source would hold us. */
  #leaveSource(): void {
    this.#source.return?.().catch(() => undefined);
  }
}
