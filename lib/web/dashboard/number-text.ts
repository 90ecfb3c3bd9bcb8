const COUNTS = new Intl.NumberFormat("en-US");

/** Shows a count for people: `5,000`. */
export function countText(count: number): string {
  return COUNTS.format(count);
}

/** Shows a count with its noun: `1 tag`, `5,000 tags`. */
export function nounText(count: number, noun: string, plural = `${noun}s`): string {
  return `${countText(count)} ${count === 1 ? noun : plural}`;
}

/** A part of a whole in percent, 0–100; 0 of nothing is 0. */
export function percentOf(part: number, whole: number): number {
  return whole <= 0 ? 0 : (100 * part) / whole;
}

/** Shows a part of a whole: `45 %`. Neither all nor nothing is claimed before it is so. */
export function percentText(part: number, whole: number): string {
  const percent = percentOf(part, whole);
  if (percent > 0 && percent < 1) return "< 1 %";
  return `${Math.floor(percent)} %`;
}
