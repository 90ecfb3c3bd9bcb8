import type { Clock } from "../base/clock.ts";
import { FerryError } from "../base/error.ts";
import type { StreamedBody } from "./transport.ts";

/** How long sending may take no step forward. */
export interface OutgoingLimits {
  readonly clock: Clock;
  /** Until the connection takes the next chunk. */
  readonly stallMs: number;
  /** From the last chunk to the answer. */
  readonly answerMs: number;
}

const END: IteratorResult<Uint8Array> = { done: true, value: undefined };

/**
 * A streamed request body on its way into a connection that pulls it.
 *
 * The last chunk is handed over only once the source has ended well: a source that finds its
 * content damaged at the very end keeps the upload from ever being complete.
 */
export class OutgoingBody implements AsyncIterableIterator<Uint8Array> {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #bytes: number;
  readonly #limits: OutgoingLimits;
  readonly #onTimeout: (what: string) => void;
  #given = 0;
  #phase: "open" | "complete" | "halted" | "closed" = "open";
  #failure: { readonly error: unknown } | undefined;
  #disarm: () => void = () => undefined;
  #endPull: () => void = () => undefined;

  /** @param onTimeout told what did not happen in time. */
  constructor(body: StreamedBody, limits: OutgoingLimits, onTimeout: (what: string) => void) {
    this.#source = body.stream[Symbol.asyncIterator]();
    this.#bytes = body.bytes;
    this.#limits = limits;
    this.#onTimeout = onTimeout;
  }

  /** What the source threw, or what is wrong with its length. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  /** The peer answered: what it has not asked for yet is not read any more. */
  halt(): void {
    this.#disarm();
    if (this.#phase !== "open") return;
    this.#phase = "halted";
    this.#leaveSource();
  }

  /** The exchange is over: the connection's last pull gets its end. */
  close(): void {
    this.halt();
    this.#phase = "closed";
    this.#endPull();
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    this.#disarm();
    return new Promise((resolve, reject) => {
      this.#endPull = () => resolve(END);
      if (this.#phase === "closed") return resolve(END);
      if (this.#phase === "halted") return;
      this.#take().then(
        (result) => {
          if (this.#isLeft) return;
          this.#arm(result);
          resolve(result);
        },
        (error: unknown) => {
          if (this.#isLeft) return;
          this.#failure = { error };
          reject(error);
        },
      );
    });
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.close();
    return END;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Whatever the source still says is of no interest. */
  get #isLeft(): boolean {
    return this.#phase === "halted" || this.#phase === "closed";
  }

  async #take(): Promise<IteratorResult<Uint8Array>> {
    if (this.#phase === "complete") return END;
    const result = await this.#pull();
    this.#given += result.done ? 0 : result.value.byteLength;
    if (!result.done && this.#given < this.#bytes) return result;
    const hasMore = !result.done && !(await this.#pull()).done;
    if (this.#given !== this.#bytes || hasMore) throw this.#wrongLength(hasMore);
    if (this.#phase === "open") this.#phase = "complete";
    return result;
  }

  async #pull(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      const result = await this.#source.next();
      if (result.done || result.value.byteLength > 0) return result;
    }
  }

  #wrongLength(hasMore: boolean): FerryError {
    this.#leaveSource();
    const isLong = hasMore || this.#given > this.#bytes;
    const given = isLong ? `over ${this.#bytes}` : `only ${this.#given}`;
    return new FerryError(`the request body has ${given} bytes, announced were ${this.#bytes}`, {
      code: "CONTENT_LENGTH",
      remedy: "giveUp",
    });
  }

  #arm(result: IteratorResult<Uint8Array>): void {
    const { clock, stallMs, answerMs } = this.#limits;
    this.#disarm = result.done
      ? clock.schedule(answerMs, () => this.#onTimeout("no answer to the body in time"))
      : clock.schedule(stallMs, () => this.#onTimeout("the other side stopped reading the body"));
  }

  /** Not awaited: a generator stuck in its own source would hold us. */
  #leaveSource(): void {
    this.#source.return?.().catch(() => undefined);
  }
}
