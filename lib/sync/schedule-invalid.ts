import { FerryError } from "../base/error.ts";

/** The error for a schedule that cannot be read. */
export function scheduleInvalid(message: string): FerryError {
  return new FerryError(message, {
    code: "SCHEDULE_INVALID",
    remedy: "fixInput",
    hint: 'Write five fields, "0 */6 * * *", or an interval, "every 6h".',
  });
}
