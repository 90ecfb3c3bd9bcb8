import type { ByteStream } from "../base/byte-stream.ts";

/** Cuts one stream into consecutive streams of given lengths, holding no more than one chunk. */
export class StreamCutter {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(stream: ByteStream) {
    this.#source = stream[Symbol.asyncIterator]();
  }

  /** The next `bytes` bytes; fewer when the stream ends before. Read each part before the next. */
  async *take(bytes: number): ByteStream {
    for (let left = bytes; left > 0; ) {
      if (this.#rest.byteLength === 0) {
        const { done, value } = await this.#source.next();
        if (done) return;
        this.#rest = value;
      }
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.byteLength);
      left -= part.byteLength;
      if (part.byteLength > 0) yield part;
    }
  }

  /** Gives up what was not read. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }
}
