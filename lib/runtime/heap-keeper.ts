import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8";
import type { Clock } from "../base/clock.ts";
import { setEngineFlag, unsetEngineFlag } from "../base/engine-flags.ts";
import { type GarbageCollector, openGarbageCollector } from "../base/garbage-collector.ts";

const MIB = 1024 * 1024;
const LOOK_MS = 50;
/** Both halves of the young generation; V8 would go on to four times as much. */
const YOUNG_BYTES = 8 * MIB;
/**
 * A full collection takes as long as a hundred requests. What ends before so much has grown old
 * needs none: the program alone takes half of it.
 */
const OLD_BYTES = 23 * MIB;
/** What may grow old between two of them, though a quarter of what is alive if that is more. */
const OLD_GROWTH_BYTES = 4 * MIB;
/** Buffers outside of the heap, and what they may grow by; those that layers pass are 16 MiB. */
const EXTERNAL_BYTES = 32 * MIB;
const EXTERNAL_GROWTH_BYTES = 16 * MIB;

interface HeapUse {
  readonly youngBytes: number;
  readonly oldBytes: number;
  readonly externalBytes: number;
}

/**
 * Looks at the heap every 50 ms, and sets the pace of its collection.
 *
 * V8 left alone waits for hundreds of megabytes, and told to favour size it marks all the time
 * what is alive. So the young generation is kept from growing, and when the old one has grown by
 * a little, it is collected in one go.
 */
export class HeapKeeper {
  readonly #clock: Clock;
  #collector: GarbageCollector | undefined;
  #isYoungKept = false;
  #oldBytesMax = OLD_BYTES;
  #externalBytesMax = EXTERNAL_BYTES;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Collects what is due, and looks again later by the clock. */
  look(): void {
    const use = heapUse();
    this.#boundYoung(use);
    const isDue = use.oldBytes >= this.#oldBytesMax || use.externalBytes >= this.#externalBytesMax;
    if (isDue) this.#collect();
    this.#clock.schedule(LOOK_MS, () => this.look());
  }

  /** V8 takes the factor by which it grows at any time, but no bound; a collection shrinks it. */
  #boundYoung({ youngBytes }: HeapUse): void {
    const isGrown = youngBytes >= YOUNG_BYTES;
    if (isGrown === this.#isYoungKept) return;
    this.#isYoungKept = isGrown;
    if (isGrown) setEngineFlag("keepYoungSize");
    else unsetEngineFlag("keepYoungSize");
  }

  #collect(): void {
    this.#collector ??= openGarbageCollector();
    this.#collector.collectAll();
    const { oldBytes, externalBytes } = heapUse();
    const oldGrowthBytes = Math.max(OLD_GROWTH_BYTES, oldBytes / 4);
    this.#oldBytesMax = Math.max(OLD_BYTES, oldBytes + oldGrowthBytes);
    this.#externalBytesMax = Math.max(EXTERNAL_BYTES, externalBytes + EXTERNAL_GROWTH_BYTES);
  }
}

function heapUse(): HeapUse {
  let youngBytes = 0;
  let oldBytes = 0;
  for (const { space_name: name, space_size, space_used_size } of getHeapSpaceStatistics()) {
    if (name.startsWith("new_")) youngBytes += space_size;
    else if (name !== "read_only_space") oldBytes += space_used_size;
  }
  return { youngBytes, oldBytes, externalBytes: getHeapStatistics().external_memory };
}
