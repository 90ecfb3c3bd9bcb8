import { Cron } from "croner";
import type { CronFields } from "./schedule-fields.ts";
import { isTimeZone, readSchedule } from "./schedule-form.ts";
import { scheduleInvalid } from "./schedule-invalid.ts";

/** Tells when something is due. */
export interface Schedule {
  /** The first time after `after`, milliseconds since the epoch; `undefined`: never again. */
  next(after: number): number | undefined;
}

/**
 * Opens a schedule.
 *
 * Where clocks are set forward, what falls into the lost hour is due at its end; where they are set
 * back, a single time of the repeated hour is due once.
 *
 * @param timeZone of calendar times; UTC when left out.
 * @throws {FerryError} `SCHEDULE_INVALID`.
 */
export function openSchedule(text: string, timeZone = "UTC"): Schedule {
  const form = readSchedule(text);
  if (!isTimeZone(timeZone)) {
    throw scheduleInvalid(`"${timeZone}" is no time zone such as Europe/Berlin`);
  }
  if (form.kind === "interval") {
    const { everyMs } = form;
    return { next: (after) => (Math.floor(after / everyMs) + 1) * everyMs };
  }
  const calendars = form.times.map((fields) => calendarOf(fields, timeZone));
  return {
    next(after) {
      const from = new Date(after);
      const times = calendars.flatMap((calendar) => calendar.nextRun(from)?.getTime() ?? []);
      return times.length === 0 ? undefined : Math.min(...times);
    },
  };
}

function calendarOf({ minute, hour, day, month, weekday }: CronFields, timezone: string): Cron {
  return new Cron(`${minute} ${hour} ${day} ${month} ${weekday}`, { paused: true, timezone });
}
