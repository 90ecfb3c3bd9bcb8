/**
 * What the caller can do about an error; every retry decision in the project reads this and
 * nothing else.
 *
 * - `retry`: passing fault, try again after a backoff.
 * - `retryAfter`: the peer asked for a pause of `retryAfterMs`; costs no attempt.
 * - `authenticate`: other or fresh credentials are needed.
 * - `fixInput`: configuration, rule or command line has to change.
 * - `giveUp`: trying again would give the same answer.
 */
export type Remedy = "retry" | "retryAfter" | "authenticate" | "fixInput" | "giveUp";

/** Which end of a copy an error belongs to. */
export type Side = "source" | "target";

/** What a {@link FerryError} carries besides its message. */
export interface FerryErrorOptions {
  /** Stable identifier in SCREAMING_SNAKE case, e.g. `SOURCE_DIGEST_MISMATCH`. */
  readonly code: string;
  readonly remedy: Remedy;
  /** One sentence that tells the user what to try. */
  readonly hint?: string;
  /** Pause the peer asked for, milliseconds; only with remedy `retryAfter`. */
  readonly retryAfterMs?: number;
  readonly side?: Side;
  /** HTTP status of the answer that led here. */
  readonly status?: number;
  readonly cause?: unknown;
}

/** An error that says what failed, with which value, and what can be done about it. */
export class FerryError extends Error {
  readonly code: string;
  readonly remedy: Remedy;
  readonly hint: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly side: Side | undefined;
  readonly status: number | undefined;

  constructor(message: string, options: FerryErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "FerryError";
    this.code = options.code;
    this.remedy = options.remedy;
    this.hint = options.hint;
    this.retryAfterMs = options.retryAfterMs;
    this.side = options.side;
    this.status = options.status;
  }
}

/** Makes any thrown value a {@link FerryError}; foreign ones become `INTERNAL` with remedy `giveUp`. */
export function toFerryError(thrown: unknown): FerryError {
  if (thrown instanceof FerryError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new FerryError(message, { code: "INTERNAL", remedy: "giveUp", cause: thrown });
}

/** The same error with the end of the copy it belongs to; an error that names one already is kept. */
export function withSide(thrown: unknown, side: Side): FerryError {
  const error = toFerryError(thrown);
  if (error.side !== undefined) return error;
  return new FerryError(error.message, {
    code: error.code,
    remedy: error.remedy,
    side,
    cause: error.cause,
    ...(error.hint !== undefined && { hint: error.hint }),
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    ...(error.status !== undefined && { status: error.status }),
  });
}
