import type { FerryError } from "../base/error.ts";
import type { FailureRecord } from "./task.ts";

/** The part of an error that is kept and reported. */
export function failureRecord(error: FerryError): FailureRecord {
  return {
    code: error.code,
    message: error.message,
    retriable: error.remedy === "retry" || error.remedy === "retryAfter",
    ...(error.hint !== undefined && { hint: error.hint }),
  };
}

/** What a report says of a failure. */
export function failureWords({ code, message, hint }: FailureRecord) {
  return { code, message, ...(hint !== undefined && { hint }) };
}
