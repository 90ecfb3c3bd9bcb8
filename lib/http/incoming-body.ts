import type { Clock } from "../base/clock.ts";
import type { LandingBuffers } from "./landing-buffers.ts";

/** What a body asks of the connection it comes from. */
export interface BodySource {
  /** The reader waits for more. */
  awaitBytes(): void;
  /** Nobody wants the rest. */
  destroy(): void;
}

/** A part of a body, and the buffer to give back once it has been used. */
interface Part {
  readonly bytes: Uint8Array;
  readonly buffer: Uint8Array | undefined;
}

interface Reader {
  resolve(result: IteratorResult<Uint8Array, undefined>): void;
  reject(error: unknown): void;
}

const END: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };
const DISCARD_BYTES_MAX = 64 * 1024;
const DISCARD_MS_MAX = 1_000;

/**
 * A response body between the connection that pushes it and the reader who pulls it.
 *
 * Can be read once, by one reader, one pull at a time; a reader who stops early ends the
 * connection. What is given is good until the next pull.
 */
export class IncomingBody implements AsyncIterableIterator<Uint8Array> {
  readonly #source: BodySource;
  readonly #buffers: LandingBuffers;
  readonly #queue: Part[] = [];
  #lent: Uint8Array | undefined;
  #state: "open" | "ended" | "failed" = "open";
  #failure: unknown;
  #reader: Reader | undefined;

  constructor(source: BodySource, buffers: LandingBuffers) {
    this.#source = source;
    this.#buffers = buffers;
  }

  /** Bytes wait for the reader. */
  get isAhead(): boolean {
    return this.#queue.length > 0;
  }

  /** The reader waits for bytes. */
  get isAwaited(): boolean {
    return this.#reader !== undefined;
  }

  /** Takes bytes from the connection; with a buffer they lie in, it is given back after use. */
  push(bytes: Uint8Array, buffer?: Uint8Array): void {
    if (this.#state !== "open") return;
    const reader = this.#reader;
    if (reader === undefined) {
      this.#queue.push({ bytes, buffer });
      return;
    }
    this.#reader = undefined;
    this.#lent = buffer;
    reader.resolve({ done: false, value: bytes });
  }

  /** The body is complete. */
  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#reader?.resolve(END);
    this.#reader = undefined;
  }

  /** The connection broke; what is queued can still be read, then comes the error. */
  fail(error: unknown): void {
    if (this.#state !== "open") return;
    this.#state = "failed";
    this.#failure = error;
    this.#reader?.reject(error);
    this.#reader = undefined;
  }

  /** Nobody wants the body any more: drops what is queued and ends with `reason`. */
  abort(reason: unknown): void {
    this.#queue.length = 0;
    this.fail(reason);
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#giveBack();
    const part = this.#queue.shift();
    if (part !== undefined) {
      this.#lent = part.buffer;
      return Promise.resolve({ done: false, value: part.bytes });
    }
    if (this.#state === "failed") return Promise.reject(this.#failure);
    if (this.#state === "ended") return Promise.resolve(END);
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      this.#source.awaitBytes();
    });
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#giveBack();
    this.#queue.length = 0;
    if (this.#state === "open") {
      this.end();
      this.#source.destroy();
    }
    return Promise.resolve(END);
  }

  /** Gives the rest up; a short rest is read, so that the connection can be kept. */
  async discard(clock: Clock): Promise<void> {
    if (this.#state !== "open") return void this.return();
    const cancel = clock.schedule(DISCARD_MS_MAX, () => void this.return());
    let bytes = 0;
    try {
      for await (const chunk of this) {
        bytes += chunk.byteLength;
        if (bytes > DISCARD_BYTES_MAX) break;
      }
    } catch {
      // Whatever ends the body is as good as its end.
    } finally {
      cancel();
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #giveBack(): void {
    if (this.#lent !== undefined) this.#buffers.give(this.#lent);
    this.#lent = undefined;
  }
}
