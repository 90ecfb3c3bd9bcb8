import type { ByteStream } from "../base/byte-stream.ts";

/** One consumer's share of a stream that is read once for several. */
export interface TeeBranch {
  readonly stream: ByteStream;
  /** Leaves the others alone with the stream; harmless after the end. */
  close(): void;
}

interface Consumer {
  chunk: Uint8Array | undefined;
  closed: boolean;
  wake: (() => void) | undefined;
}

/**
 * Lets `count` consumers read one stream at the pace of the slowest; nothing is buffered beyond
 * the chunk each of them has not taken yet.
 *
 * A consumer that closes is left out from then on; when all have closed the source is closed.
 */
export function tee(source: ByteStream, count: number): TeeBranch[] {
  return new Tee(source, count).branches();
}

class Tee {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #consumers: Consumer[];
  #reading = false;
  #ended = false;
  #error: unknown;

  constructor(source: ByteStream, count: number) {
    this.#source = source[Symbol.asyncIterator]();
    this.#consumers = Array.from({ length: count }, () => ({
      chunk: undefined,
      closed: false,
      wake: undefined,
    }));
  }

  branches(): TeeBranch[] {
    return this.#consumers.map((consumer) => ({
      stream: this.#read(consumer),
      close: () => this.#close(consumer),
    }));
  }

  async *#read(consumer: Consumer): AsyncGenerator<Uint8Array> {
    try {
      while (!consumer.closed) {
        const chunk = consumer.chunk;
        if (chunk !== undefined) {
          consumer.chunk = undefined;
          yield chunk;
        } else if (this.#error !== undefined) throw this.#error;
        else if (this.#ended) return;
        else await this.#nextTurn(consumer);
      }
    } finally {
      this.#close(consumer);
    }
  }

  #nextTurn(consumer: Consumer): Promise<void> {
    const turn = new Promise<void>((resolve) => {
      consumer.wake = resolve;
    });
    this.#advance();
    return turn;
  }

  /** Reads the next chunk once every open consumer has taken the last one and asks for more. */
  #advance(): void {
    if (this.#reading || this.#ended) return;
    const open = this.#consumers.filter((consumer) => !consumer.closed);
    if (open.length === 0 || open.some((consumer) => consumer.wake === undefined)) return;
    this.#reading = true;
    this.#source.next().then(
      (result) => this.#deliver(result.done ? undefined : result.value),
      (error: unknown) => {
        this.#error = error;
        this.#deliver(undefined);
      },
    );
  }

  #deliver(chunk: Uint8Array | undefined): void {
    this.#reading = false;
    if (chunk === undefined) this.#ended = true;
    for (const consumer of this.#consumers) {
      if (!consumer.closed) consumer.chunk = chunk;
      const wake = consumer.wake;
      consumer.wake = undefined;
      wake?.();
    }
  }

  #close(consumer: Consumer): void {
    if (consumer.closed) return;
    consumer.closed = true;
    consumer.chunk = undefined;
    consumer.wake?.();
    consumer.wake = undefined;
    if (this.#consumers.every((other) => other.closed)) this.#finish();
    else this.#advance();
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    // Nobody is left to hear of a failure to close.
    this.#source.return?.().catch(() => undefined);
  }
}
