/** What stands for all values beyond the bound. */
const OTHER = "other";

const CHARS_MAX = 128;

/**
 * Keeps a label of a metric from having more than `valuesMax` values, however many names there
 * are: the first that come are kept, and all others are one.
 */
export function createLabelBound(valuesMax: number): (value: string) => string {
  const kept = new Set<string>();
  return (value) => {
    const name = value.slice(0, CHARS_MAX);
    if (kept.has(name)) return name;
    if (kept.size >= valuesMax) return OTHER;
    kept.add(name);
    return name;
  };
}
