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

/** How fast one stream is, and how fast all of them are together; bytes per millisecond. */
export interface LineSpeed {
  readonly stream: number;
  readonly line: number;
}

const ASSUMED: LineSpeed = { stream: ASSUMED_BYTES_PER_MS, line: ASSUMED_BYTES_PER_MS };

/** How fast streams from one registry to another have been in this process. */
export class TransferRates {
  readonly #speeds = new Map<string, LineSpeed>();
  #streams = 0;

  /** Bytes per millisecond of one stream to count with. */
  of(route: TransferRoute): number {
    return this.speedOf(route).stream;
  }

  /** What to count with; a line is as fast as its streams were, times how many there were. */
  speedOf(route: TransferRoute): LineSpeed {
    return this.#speeds.get(keyOf(route)) ?? ASSUMED;
  }

  /** Counts a transfer among the streams until it ends; small ones tell nothing. */
  async during<T>(bytes: number, transfer: () => Promise<T>): Promise<T> {
    if (bytes < TELLING_BYTES_MIN) return transfer();
    this.#streams++;
    try {
      return await transfer();
    } finally {
      this.#streams--;
    }
  }

  /** Takes note of a transfer; small ones tell nothing. */
  observe(route: TransferRoute, bytes: number, milliseconds: number): void {
    if (bytes < TELLING_BYTES_MIN) return;
    const stream = bytes / Math.max(1, milliseconds);
    const measured = { stream, line: stream * Math.max(1, this.#streams) };
    const known = this.#speeds.get(keyOf(route)) ?? measured;
    this.#speeds.set(keyOf(route), {
      stream: known.stream + (measured.stream - known.stream) * NEWEST,
      line: known.line + (measured.line - known.line) * NEWEST,
    });
  }
}

function keyOf({ source, target }: TransferRoute): string {
  return `${source} ${target}`;
}
