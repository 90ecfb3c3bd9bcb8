import type { Clock } from "../base/clock.ts";
import { FerryError } from "../base/error.ts";
import { Permits, type Release } from "../base/permits.ts";

/** What one registry host may be asked at most. */
export interface HostBounds {
  /** Requests at once at most; 64 when left out. */
  readonly concurrencyMax?: number;
  /** Requests started per second at most, evenly spaced; unlimited when left out. */
  readonly requestsPerSecond?: number;
}

/** How the traffic to one registry host is bounded. */
export interface HostGateOptions extends HostBounds {
  readonly clock: Clock;
  /** Requests at once before anything is known about the host; 16 when left out. */
  readonly concurrencyStart?: number;
}

const CONCURRENCY_START = 16;
const CONCURRENCY_MAX = 64;

/** Answers to one burst come in together: they count as one call to slow down. */
const HALVE_AT_MOST_EVERY_MS = 1_000;

/**
 * The one door all requests to a registry host go through: concurrency that adapts, an even rate,
 * and pauses the host asks for.
 *
 * Concurrency doubles per round trip while callers wait, until the host throttles; from then on
 * it is halved when throttled and grows by one per round.
 */
export class HostGate {
  readonly #clock: Clock;
  readonly #permits: Permits;
  readonly #own: HostBounds;
  readonly #concurrencyStart: number;
  #concurrencyMax: number;
  #spacingMs: number;
  #nextStartMs = 0;
  #pausedUntilMs = 0;
  #closedUntilMs = 0;
  #halvedAtMs: number | undefined;
  #grownBy = 0;

  constructor(options: HostGateOptions) {
    const { clock, concurrencyStart = CONCURRENCY_START } = options;
    const { concurrencyMax = CONCURRENCY_MAX } = options;
    this.#clock = clock;
    this.#own = options;
    this.#concurrencyStart = concurrencyStart;
    this.#concurrencyMax = concurrencyMax;
    this.#permits = new Permits(Math.max(1, Math.min(concurrencyStart, concurrencyMax)));
    this.#spacingMs = spacingOf(options);
  }

  /** Requests allowed at once now. */
  get concurrency(): number {
    return this.#permits.capacity;
  }

  /**
   * Waits until one more request may be sent.
   *
   * @returns gives the place back once the answer has been dealt with.
   * @throws {FerryError} `HOST_PAUSED` (retryAfter) while the gate is closed, and the signal's
   * reason when it aborts while waiting.
   */
  async enter(signal?: AbortSignal): Promise<Release> {
    this.#refuseWhileClosed();
    const release = await this.#permits.acquire(1, signal);
    try {
      const startMs = this.#takeStartMs();
      if (startMs > this.#clock.monotonicMs()) await this.#sleepUntil(startMs, signal);
      // A start reserved before the pause began waits here.
      while (this.#pausedUntilMs > this.#clock.monotonicMs()) {
        await this.#sleepUntil(this.#pausedUntilMs, signal);
      }
      this.#refuseWhileClosed();
      return release;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Keeps everybody waiting for `milliseconds` from now; a longer pause under way stays. */
  pause(milliseconds: number): void {
    const untilMs = this.#clock.monotonicMs() + milliseconds;
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, untilMs);
    this.#nextStartMs = Math.max(this.#nextStartMs, this.#pausedUntilMs);
  }

  /** Refuses everybody for `milliseconds` from now: a pause that is too long to be waited out. */
  close(milliseconds: number): void {
    const untilMs = this.#clock.monotonicMs() + milliseconds;
    this.#closedUntilMs = Math.max(this.#closedUntilMs, untilMs);
  }

  /**
   * Sets other bounds, such as a share of what many processes may ask together; left out: those
   * the gate was made with.
   */
  bound(bounds: HostBounds = this.#own): void {
    const { concurrencyMax = CONCURRENCY_MAX } = bounds;
    this.#concurrencyMax = concurrencyMax;
    this.#spacingMs = spacingOf(bounds);
    const reached =
      this.#halvedAtMs === undefined ? this.#concurrencyStart : this.#permits.capacity;
    this.#permits.resize(Math.max(1, Math.min(reached, concurrencyMax)));
  }

  /** Learns from an answer whether the host takes more, or wants less. */
  observe(outcome: "ok" | "throttled"): void {
    if (outcome === "throttled") this.#shrink();
    else if (this.#permits.queued > 0) this.#grow();
  }

  #grow(): void {
    const { capacity } = this.#permits;
    this.#grownBy += this.#halvedAtMs === undefined ? 1 : 1 / capacity;
    if (this.#grownBy < 1) return;
    this.#grownBy = 0;
    if (capacity < this.#concurrencyMax) this.#permits.resize(capacity + 1);
  }

  #shrink(): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - (this.#halvedAtMs ?? Number.NEGATIVE_INFINITY) < HALVE_AT_MOST_EVERY_MS) return;
    this.#halvedAtMs = nowMs;
    this.#grownBy = 0;
    this.#permits.resize(Math.max(1, Math.floor(this.#permits.capacity / 2)));
  }

  #refuseWhileClosed(): void {
    const retryAfterMs = this.#closedUntilMs - this.#clock.monotonicMs();
    if (retryAfterMs <= 0) return;
    throw new FerryError(`the registry asked for a pause; ${Math.ceil(retryAfterMs)} ms are left`, {
      code: "HOST_PAUSED",
      remedy: "retryAfter",
      retryAfterMs,
    });
  }

  /** Reserves the next free start, `spacingMs` after the one before. */
  #takeStartMs(): number {
    const startMs = Math.max(this.#clock.monotonicMs(), this.#nextStartMs);
    this.#nextStartMs = startMs + this.#spacingMs;
    return startMs;
  }

  async #sleepUntil(timeMs: number, signal: AbortSignal | undefined): Promise<void> {
    const waitMs = timeMs - this.#clock.monotonicMs();
    if (waitMs > 0) await this.#clock.sleep(waitMs, signal);
  }
}

function spacingOf({ requestsPerSecond }: HostBounds): number {
  return requestsPerSecond === undefined ? 0 : 1000 / requestsPerSecond;
}
