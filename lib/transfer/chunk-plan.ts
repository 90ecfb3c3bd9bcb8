/** What a registry says about its chunks, bytes. */
export interface ChunkLimits {
  readonly bytesMin: number;
  readonly bytesMax: number;
  /** Every chunk but the last has to be as large as the first. */
  readonly equal: boolean;
}

/** A chunk takes about this long: so much is lost at most when its worker dies. */
const AIM_MS = 1000;
const AIM_MS_MIN = 50;
/** Part of the time left that one chunk may take. */
const SHARE = 1 / 4;
const BYTES_MIN = 256 * 1024;
/** A rate measured on a small chunk is not believed beyond this. */
const GROWTH_MAX = 4;
/** A last chunk smaller than this part of the others rides with the one before. */
const CRUMB = 1 / 4;

/** Sizes chunks by how fast the last ones went, and tells when no further one fits. */
export class ChunkPlan {
  readonly limits: ChunkLimits;
  #bytesPerMs: number;
  #grownMax = Number.POSITIVE_INFINITY;
  #firstBytes: number | undefined;
  #sent = 0;

  /**
   * @param bytesPerMs the rate to begin with.
   * @param firstBytes size of the session's first chunk, when it has had one.
   */
  constructor(limits: ChunkLimits, bytesPerMs: number, firstBytes?: number) {
    this.limits = limits;
    this.#bytesPerMs = bytesPerMs;
    this.#firstBytes = firstBytes;
  }

  /** Size of the session's first chunk; `undefined` before it was sent. */
  get firstBytes(): number | undefined {
    return this.#firstBytes;
  }

  /**
   * Bytes of the next chunk; `undefined` when none fits into the time left.
   *
   * The first one is tried in any case while there is time at all: a slow line must not keep an
   * upload from ever going on.
   */
  next(leftBytes: number, remainingMs: number): number | undefined {
    if (remainingMs <= 0) return undefined;
    const bytes = Math.min(leftBytes, this.#wanted(leftBytes, remainingMs));
    const fits = bytes / this.#bytesPerMs <= remainingMs;
    return fits || this.#sent === 0 ? bytes : undefined;
  }

  /** Learns from a chunk that got through; a slow one counts at once, a fast one by half. */
  took(bytes: number, milliseconds: number): void {
    const measured = bytes / Math.max(1, milliseconds);
    this.#bytesPerMs = Math.min(measured, (this.#bytesPerMs + measured) / 2);
    if (this.#sent === 0) this.#bytesPerMs = measured;
    this.#grownMax = bytes * GROWTH_MAX;
    this.#firstBytes ??= bytes;
    this.#sent++;
  }

  #wanted(leftBytes: number, remainingMs: number): number {
    const { bytesMin, bytesMax, equal } = this.limits;
    if (equal && this.#firstBytes !== undefined) return this.#firstBytes;
    const aimMs = Math.min(AIM_MS, Math.max(AIM_MS_MIN, remainingMs * SHARE));
    const aimed = Math.min(this.#bytesPerMs * aimMs, this.#grownMax);
    const bytes = Math.floor(Math.min(bytesMax, Math.max(bytesMin, BYTES_MIN, aimed)));
    const withCrumb = leftBytes <= bytes * (1 + CRUMB) && leftBytes <= bytesMax;
    return withCrumb ? leftBytes : bytes;
  }
}
