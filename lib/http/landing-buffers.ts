/** What one read from a socket takes in at most; larger ones gain nothing. */
const BUFFER_BYTES = 128 * 1024;
/** Two for each of the streams that run at once. */
const KEPT_MAX = 32;

/**
 * Buffers that long bodies land in, used again and again: fresh ones would cost more than reading
 * into them, and gather as garbage outside of V8's heap.
 *
 * A buffer belongs to one taker until it is given back, and none is given back while a write of
 * its bytes is under way.
 */
export class LandingBuffers {
  /**
   * Where everything else lands, on all connections: whoever gets it takes what he needs before
   * he returns.
   */
  readonly shared: Uint8Array = Buffer.allocUnsafeSlow(BUFFER_BYTES / 2);
  readonly #free: Uint8Array[] = [];

  /** A buffer of nobody else's. */
  take(): Uint8Array {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
  }

  /** Gives a buffer back; nothing may look at it any more. */
  give(buffer: Uint8Array): void {
    if (this.#free.length < KEPT_MAX) this.#free.push(buffer);
  }
}
