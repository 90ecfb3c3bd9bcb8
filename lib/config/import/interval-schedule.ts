const UNITS_MINUTES: ReadonlyMap<string, number> = new Map([
  ["h", 60],
  ["m", 1],
]);

const HOUR_MINUTES = 60;
const DAY_MINUTES = 1440;

/**
 * The cron line that runs as often as an interval such as `30m` or `6h`; `undefined` when none
 * does, because the interval divides neither the hour nor the day.
 */
export function scheduleOfInterval(interval: string): string | undefined {
  const parts = [...interval.matchAll(/(\d+)([hm])/g)];
  if (parts.map(([part]) => part).join("") !== interval) return undefined;
  const minutes = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNITS_MINUTES.get(unit ?? "") ?? 0),
    0,
  );
  if (minutes > 0 && minutes < HOUR_MINUTES && HOUR_MINUTES % minutes === 0) {
    return `*/${minutes} * * * *`;
  }
  const isHours = minutes > 0 && minutes % HOUR_MINUTES === 0 && DAY_MINUTES % minutes === 0;
  return isHours ? `0 */${minutes / HOUR_MINUTES} * * *`.replace("*/24", "0") : undefined;
}
