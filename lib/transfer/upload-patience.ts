import { type Backoff, exponentialBackoff } from "../base/backoff.ts";
import type { Deadline } from "../base/deadline.ts";
import type { FerryError } from "../base/error.ts";
import type { Random } from "../base/random.ts";
import { waitsTooLong } from "./waits-too-long.ts";

/** Tries in a row that bring no chunk before an upload is given up. */
const FRUITLESS_ATTEMPTS_MAX = 5;
/** An upload that arrives damaged is made once more; then the damage is believed. */
const DAMAGED_MAX = 2;

/** Decides how often an upload in chunks is tried again, and after which pause. */
export class UploadPatience {
  readonly #random: Random;
  readonly #deadline: Deadline;
  #backoff: Backoff;
  #damaged = 0;

  constructor({ random, deadline }: { readonly random: Random; readonly deadline: Deadline }) {
    this.#random = random;
    this.#deadline = deadline;
    this.#backoff = exponentialBackoff(random);
  }

  /** A chunk arrived: what failed before does not count any more. */
  renew(): void {
    this.#backoff = exponentialBackoff(this.#random);
  }

  /** Milliseconds to wait before the next try; `undefined` when the failure stands. */
  waitAfter(error: FerryError): number | undefined {
    const waitMs = error.retryAfterMs ?? this.#backoff.delayMs;
    this.#backoff = this.#backoff.next();
    const tooLong = waitsTooLong(error, this.#deadline);
    const tooOften = this.#backoff.attempt >= FRUITLESS_ATTEMPTS_MAX;
    return this.#isPassing(error) && !tooLong && !tooOften ? waitMs : undefined;
  }

  #isPassing(error: FerryError): boolean {
    if (isDamage(error)) return ++this.#damaged < DAMAGED_MAX;
    // Passing faults of the source have been waited out already.
    if (error.side === "source") return false;
    // A body that was too large is sent in smaller parts.
    return error.remedy === "retry" || error.remedy === "retryAfter" || error.code === "TOO_LARGE";
  }
}

/** Tells whether the bytes themselves were wrong: whatever was kept of them is of no use. */
export function isDamage({ code }: FerryError): boolean {
  return code === "SOURCE_DIGEST_MISMATCH" || code === "DIGEST_REFUSED";
}
