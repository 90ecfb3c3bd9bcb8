/**
 * The only way the code learns the time or waits: tests put a simulated one here.
 */
export interface Clock {
  /** Wall clock, milliseconds since the epoch; may jump. */
  now(): number;
  /** Monotonic milliseconds since an arbitrary start; for durations. */
  monotonicMs(): number;
  /** Milliseconds that this process has kept processors busy. */
  cpuMs(): number;
  /**
   * Waits `milliseconds`.
   *
   * @throws the signal's reason when it aborts first.
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Runs `task` once after `milliseconds`; the returned function cancels it. */
  schedule(milliseconds: number, task: () => void): () => void;
}
