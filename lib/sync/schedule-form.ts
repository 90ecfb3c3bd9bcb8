import { type CronFields, parseCron } from "./schedule-fields.ts";
import { scheduleInvalid } from "./schedule-invalid.ts";

/**
 * When something is due, as it is written.
 *
 * - `calendar`: at the times that any of the lists has.
 * - `interval`: at every whole multiple of it since 1970-01-01T00:00Z, so that every process and
 *   every restart has the same times.
 */
export type ScheduleForm =
  | { readonly kind: "calendar"; readonly times: readonly CronFields[] }
  | { readonly kind: "interval"; readonly everyMs: number };

/** Words of crontab files (cron(8), *Extensions*). */
const WORDS: ReadonlyMap<string, string> = new Map([
  ["@hourly", "0 * * * *"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@weekly", "0 0 * * 0"],
  ["@monthly", "0 0 1 * *"],
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
]);

const MINUTE_MS = 60_000;
const UNITS_MS: ReadonlyMap<string | undefined, number> = new Map([
  ["m", MINUTE_MS],
  ["h", 60 * MINUTE_MS],
  ["d", 1440 * MINUTE_MS],
]);
const EVERY = /^@?every +([1-9]\d{0,4}) ?([mhd])$/;

/**
 * Reads a schedule: five fields of a crontab line, a word such as `@daily`, or `every 6h` (also
 * `@every 6h`; minutes, hours or days).
 *
 * @throws {FerryError} `SCHEDULE_INVALID`.
 */
export function readSchedule(text: string): ScheduleForm {
  const trimmed = text.trim();
  const [, count, unit] = EVERY.exec(trimmed) ?? [];
  const unitMs = UNITS_MS.get(unit);
  if (unitMs !== undefined) return { kind: "interval", everyMs: Number(count) * unitMs };
  const line = WORDS.get(trimmed) ?? trimmed;
  if (line.split(/ +/).length !== 5) {
    throw scheduleInvalid("a schedule has five fields: minute hour day month weekday");
  }
  return { kind: "calendar", times: parseCron(line) };
}

/** Tells whether a schedule can be read. */
export function isSchedule(text: string): boolean {
  try {
    readSchedule(text);
    return true;
  } catch {
    return false;
  }
}

/** Tells whether the system knows a time zone, such as `Europe/Berlin`. */
export function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return true;
  } catch {
    return false;
  }
}
