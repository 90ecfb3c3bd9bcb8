/** Where bytes are read, and where they are sent: each pair has a speed of its own. */
export interface TransferRoute {
  readonly source: string;
  readonly target: string;
}

/** Below this a transfer's time says more about round trips than about speed. */
const TELLING_BYTES_MIN = 256 * 1024;
/** Assumed until something is known: 1 MiB/s, slow enough to be safe. */
const ASSUMED_BYTES_PER_MS = 1024 ** 2 / 1000;
/** Weight of the newest measurement. */
const NEWEST = 0.5;

/** How fast streams from one registry to another have been in this process. */
export class TransferRates {
  readonly #bytesPerMs = new Map<string, number>();

  /** Bytes per millisecond to count with. */
  of(route: TransferRoute): number {
    return this.#bytesPerMs.get(keyOf(route)) ?? ASSUMED_BYTES_PER_MS;
  }

  /** Takes note of a transfer; small ones tell nothing. */
  observe(route: TransferRoute, bytes: number, milliseconds: number): void {
    if (bytes < TELLING_BYTES_MIN) return;
    const measured = bytes / Math.max(1, milliseconds);
    const known = this.#bytesPerMs.get(keyOf(route)) ?? measured;
    this.#bytesPerMs.set(keyOf(route), known + (measured - known) * NEWEST);
  }
}

function keyOf({ source, target }: TransferRoute): string {
  return `${source} ${target}`;
}
