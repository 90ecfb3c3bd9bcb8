import { setMaxListeners } from "node:events";
import type { Clock } from "../../../lib/base/clock.ts";

/** How an attempt to run an asynchronous event ended. */
export type AttemptEnd = "succeeded" | "failed" | "throttled";

/** What a platform does about events that fail. */
export interface RetryRules {
  /** Attempts after the first that failed; throttled ones do not count. */
  readonly retriesMax: number;
  /** Older events are given up before their next attempt. */
  readonly ageMsMax: number;
  /** Wait before the retry, counted from 1. */
  retryDelayMs(retry: number): number;
  /** Wait after the throttle, counted from 1. */
  throttleDelayMs(throttle: number): number;
}

/** How an event ended for good. */
export type EventEnd = "succeeded" | "retriesExhausted" | "eventAgeExceeded";

/** An event that was accepted, to be run later. */
export interface QueuedEvent {
  readonly functionName: string;
  readonly requestId: string;
  readonly event: Uint8Array;
  readonly rules: RetryRules;
  /** @param attempt 1, and one more with each retry. */
  run(attempt: number): Promise<AttemptEnd>;
  /** Told once, at its end. */
  ended?(end: EventEnd): void;
}

/** An event that was given up. */
export interface DeadLetter {
  readonly functionName: string;
  readonly requestId: string;
  readonly event: Uint8Array;
  readonly condition: Exclude<EventEnd, "succeeded">;
  /** Those that ran; throttled ones did not. */
  readonly attempts: number;
}

/** Runs accepted events until they succeed or are given up; delays are in the platform's time. */
export class EventQueue {
  readonly #clock: Clock;
  readonly #deadLetters: DeadLetter[] = [];
  readonly #pending = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
    // Every waiting event listens to it.
    setMaxListeners(0, this.#stop.signal);
  }

  get deadLetters(): readonly DeadLetter[] {
    return this.#deadLetters;
  }

  add(event: QueuedEvent): void {
    const work = this.#work(event).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) throw error;
    });
    this.#pending.add(work);
    void work.finally(() => this.#pending.delete(work));
  }

  /** Waits until no event is left, those that come meanwhile included. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  /** Gives up waiting events without a word. */
  stop(): void {
    this.#stop.abort(new Error("the emulator was stopped"));
  }

  async #work(event: QueuedEvent): Promise<void> {
    const { rules } = event;
    const endMs = this.#clock.monotonicMs() + rules.ageMsMax;
    let failures = 0;
    let throttles = 0;
    for (;;) {
      const end = await event.run(failures + 1);
      if (end === "succeeded") return event.ended?.(end);
      const delayMs =
        end === "failed" ? rules.retryDelayMs(++failures) : rules.throttleDelayMs(++throttles);
      if (failures > rules.retriesMax) return this.#giveUp(event, "retriesExhausted", failures);
      const isTooLate = this.#clock.monotonicMs() + delayMs > endMs;
      if (isTooLate) return this.#giveUp(event, "eventAgeExceeded", failures);
      await this.#clock.sleep(delayMs, this.#stop.signal);
    }
  }

  #giveUp(event: QueuedEvent, condition: DeadLetter["condition"], attempts: number): void {
    const { functionName, requestId } = event;
    this.#deadLetters.push({ functionName, requestId, event: event.event, condition, attempts });
    event.ended?.(condition);
  }
}
