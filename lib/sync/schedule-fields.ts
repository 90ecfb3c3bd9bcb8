import { scheduleInvalid } from "./schedule-invalid.ts";

/** One of the five fields of a schedule. */
interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names of values, the first for `min`; clouds number weekdays differently, but name them alike. */
  readonly words: readonly string[];
}

/** A schedule as clouds and calendars take it: explicit lists, `*` for all. */
export interface CronFields {
  readonly minute: string;
  readonly hour: string;
  /** `?` where the weekday decides. */
  readonly day: string;
  readonly month: string;
  /** `?` where the day of the month decides; otherwise names, `MON,TUE`. */
  readonly weekday: string;
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const MINUTE: CronField = { name: "minute", min: 0, max: 59, words: [] };
const HOUR: CronField = { name: "hour", min: 0, max: 23, words: [] };
const DAY: CronField = { name: "day", min: 1, max: 31, words: [] };
const MONTH: CronField = { name: "month", min: 1, max: 12, words: MONTHS };
/** 7 is Sunday as well. */
const WEEKDAY: CronField = { name: "weekday", min: 0, max: 7, words: WEEKDAYS };

/**
 * Reads the five fields of a crontab line (POSIX, *crontab*; steps and names as everywhere).
 *
 * A line that limits both day and weekday means days that are either. Clouds take one of them, so
 * such a line gives two schedules.
 *
 * @throws {FerryError} `SCHEDULE_INVALID`, naming the field that cannot be read.
 */
export function parseCron(schedule: string): readonly CronFields[] {
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = schedule.split(/ +/);
  const time = {
    minute: listOf(minute, MINUTE),
    hour: listOf(hour, HOUR),
    month: listOf(month, MONTH),
  };
  const days = listOf(day, DAY);
  const weekdays = weekdaysOf(weekday);
  const byDay = { ...time, day: days, weekday: "?" };
  const byWeekday = { ...time, day: "?", weekday: weekdays };
  if (weekdays === "*") return [byDay];
  return days === "*" ? [byWeekday] : [byDay, byWeekday];
}

function weekdaysOf(text: string): string {
  const values = new Set([...valuesOf(text, WEEKDAY)].map((value) => value % WEEKDAYS.length));
  if (values.size === WEEKDAYS.length) return "*";
  return WEEKDAYS.filter((_, index) => values.has(index)).join(",");
}

function listOf(text: string, field: CronField): string {
  const values = valuesOf(text, field);
  if (values.size === field.max - field.min + 1) return "*";
  return [...values].sort((a, b) => a - b).join(",");
}

function valuesOf(text: string, field: CronField): ReadonlySet<number> {
  return new Set(text.split(",").flatMap((part) => rangeOf(part, field)));
}

/** A value, a range or all, with a step: `5/15` is from five on. */
function rangeOf(part: string, field: CronField): readonly number[] {
  const [, range = "", step] = /^([^/]+)(?:\/([1-9]\d*))?$/.exec(part) ?? [];
  const [from = "", to = step === undefined ? from : String(field.max)] = range.split("-");
  const isAll = range === "*";
  const first = isAll ? field.min : numberOf(from, field);
  const last = isAll ? field.max : numberOf(to, field);
  if (!(first <= last)) throw scheduleInvalid(`"${part}" is no ${field.name} of a schedule`);
  const every = Number(step ?? 1);
  const count = Math.floor((last - first) / every) + 1;
  return Array.from({ length: count }, (_, index) => first + index * every);
}

/** `NaN` for what is none. */
function numberOf(text: string, { min, max, words }: CronField): number {
  const named = words.indexOf(text.toUpperCase());
  const value = named >= 0 ? min + named : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : Number.NaN;
}
