import { openGarbageCollector } from "../base/garbage-collector.ts";

/** Bytes received before the buffers they came in are given back. */
const BYTES_BETWEEN_COLLECTIONS = 16 * 1024 * 1024;

/**
 * Counts received bytes and gives their buffers back every few megabytes.
 *
 * Node reads into buffers outside of V8's heap; V8 lets 64 MiB of dead ones pile up before it
 * looks. A young collection every 16 MiB takes a millisecond and keeps a transfer of any size
 * within that.
 */
export class BufferRelease {
  readonly #collector = openGarbageCollector();
  #bytes = 0;

  /** Notes that a chunk of this length has arrived. */
  received(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < BYTES_BETWEEN_COLLECTIONS) return;
    this.#bytes = 0;
    this.#collector.collectYoung();
  }
}
