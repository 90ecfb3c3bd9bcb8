/** What a body asks of the connection it comes from. */
export interface BodySource {
  pause(): void;
  resume(): void;
  /** Ends the connection. */
  destroy(): void;
}

/** More than this waiting to be read stops the reading from the socket. */
const QUEUED_BYTES_MAX = 64 * 1024;

/**
 * A response body between the connection that pushes it and the reader who pulls it.
 *
 * At most {@link QUEUED_BYTES_MAX} and one chunk are queued. Can be read once, by one reader, one
 * pull at a time; a reader who stops early ends the connection.
 */
export class ResponseBody implements AsyncIterableIterator<Uint8Array> {
  readonly #source: BodySource;
  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #state: "open" | "ended" | "failed" = "open";
  #failure: unknown;
  #isPaused = false;
  #wakeReader: (() => void) | undefined;

  constructor(source: BodySource) {
    this.#source = source;
  }

  /** Takes a chunk from the connection. */
  push(chunk: Uint8Array): void {
    this.#queue.push(chunk);
    this.#queuedBytes += chunk.byteLength;
    if (this.#queuedBytes >= QUEUED_BYTES_MAX && !this.#isPaused) {
      this.#isPaused = true;
      this.#source.pause();
    }
    this.#wakeReader?.();
  }

  /** The body is complete. */
  end(): void {
    this.#settle("ended", undefined);
  }

  /** The connection broke; what is queued can still be read, then comes the error. */
  fail(error: unknown): void {
    this.#settle("failed", error);
  }

  /** Nobody wants the body any more: drops what is queued and ends with `reason`. */
  abort(reason: unknown): void {
    this.#drop();
    this.#settle("failed", reason);
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    while (this.#queue.length === 0 && this.#state === "open") await this.#arrival();
    const chunk = this.#queue.shift();
    if (chunk === undefined) {
      if (this.#state === "failed") throw this.#failure;
      return { done: true, value: undefined };
    }
    this.#queuedBytes -= chunk.byteLength;
    if (this.#isPaused && this.#queue.length === 0) {
      this.#isPaused = false;
      this.#source.resume();
    }
    return { done: false, value: chunk };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    const isEarly = this.#state === "open";
    this.#drop();
    this.#settle("ended", undefined);
    if (isEarly) this.#source.destroy();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeReader = () => {
        this.#wakeReader = undefined;
        resolve();
      };
    });
  }

  #drop(): void {
    this.#queue.length = 0;
    this.#queuedBytes = 0;
  }

  #settle(state: "ended" | "failed", failure: unknown): void {
    if (this.#state !== "open") return;
    this.#state = state;
    this.#failure = failure;
    this.#wakeReader?.();
  }
}
