/** A metrics page, read. */
export interface MetricsPage {
  /** By name and labels as written: `name{a="b"}`. */
  readonly samples: ReadonlyMap<string, number>;
  /** Label names by the metric's name; of histograms also by those of their series. */
  readonly labels: ReadonlyMap<string, ReadonlySet<string>>;
}

const SAMPLE = /^([a-z_:][a-z0-9_:]*)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)$/i;

/**
 * Reads the text format of Prometheus (version 0.0.4), strictly.
 *
 * @throws {Error} for any line that is none.
 */
export function parseMetrics(text: string): MetricsPage {
  const samples = new Map<string, number>();
  const labels = new Map<string, ReadonlySet<string>>();
  const lines = text.split("\n").filter((line) => !/^$|^# (HELP|TYPE) \S+ \S/.test(line));
  for (const line of lines) {
    const { name, given, value } = sampleOf(line);
    const key = given === "" ? name : `${name}{${given}}`;
    if (samples.has(key)) throw new Error(`told twice: ${key}`);
    samples.set(key, value);
    const names = [...given.matchAll(/([a-z_]+)="/gi)].map(([, label = ""]) => label);
    labels.set(name, new Set([...(labels.get(name) ?? []), ...names]));
  }
  return { samples, labels };
}

function sampleOf(line: string) {
  const [, name, given = "", value = ""] = SAMPLE.exec(line) ?? [];
  if (name === undefined) throw new Error(`not a metric: ${line}`);
  return { name, given, value: numberOf(value) };
}

function numberOf(text: string): number {
  const number = text === "+Inf" ? Number.POSITIVE_INFINITY : Number(text);
  if (Number.isNaN(number)) throw new Error(`not a number: ${text}`);
  return number;
}
