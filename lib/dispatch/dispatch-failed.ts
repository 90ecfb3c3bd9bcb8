import { FerryError, type Remedy } from "../base/error.ts";

/** Why work was not taken. */
export interface DispatchFault {
  /**
   * The service's own code, or a word for it. Its messages are left out: those about a signature
   * quote the headers it was made of, tokens included.
   */
  readonly code: string;
  readonly remedy: Remedy;
  readonly hint?: string;
}

/**
 * Makes the error for work that a queue or a platform did not take.
 *
 * @param what the work and whom it was for, e.g. `3 of 20 messages for queue tasks`.
 */
export function dispatchFailed(what: string, { code, remedy, hint }: DispatchFault): FerryError {
  return new FerryError(`${what} could not be handed over: ${code}`, {
    code: "DISPATCH_FAILED",
    remedy,
    ...(hint !== undefined && { hint }),
  });
}
