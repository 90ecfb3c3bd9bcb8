import { FerryError } from "./error.ts";

const BYTE_UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["b", 1],
  ["k", 1000],
  ["kb", 1000],
  ["m", 1000 ** 2],
  ["mb", 1000 ** 2],
  ["g", 1000 ** 3],
  ["gb", 1000 ** 3],
  ["kib", 1024],
  ["mib", 1024 ** 2],
  ["gib", 1024 ** 3],
]);

const DURATION_UNITS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/**
 * Reads an amount of bytes such as `64MiB`, `10MB` or `4096`.
 *
 * @throws {FerryError} `UNIT_INVALID` for anything else.
 */
export function parseBytes(text: string): number {
  return parseAmount(text, BYTE_UNITS, "an amount of bytes such as 64MiB or 10MB");
}

/**
 * Reads a duration such as `30s`, `5m` or `500ms` as milliseconds.
 *
 * @throws {FerryError} `UNIT_INVALID` for anything else.
 */
export function parseDurationMs(text: string): number {
  return parseAmount(text, DURATION_UNITS, "a duration such as 30s, 5m or 500ms");
}

function parseAmount(text: string, units: ReadonlyMap<string, number>, wanted: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const factor = units.get((match?.[2] ?? "?").toLowerCase());
  if (!match || factor === undefined) {
    throw new FerryError(`"${text}" is not ${wanted}`, {
      code: "UNIT_INVALID",
      remedy: "fixInput",
      hint: `Give ${wanted}.`,
    });
  }
  return Math.round(Number(match[1]) * factor);
}

/** Shows an amount of bytes for people: `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  const steps = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let step = 0;
  while (value >= 1024 && step < steps.length - 1) {
    value /= 1024;
    step++;
  }
  return `${step === 0 ? value : value.toFixed(1)} ${steps[step]}`;
}

/** Shows a duration for people: `850 ms`, `12.3 s`, `4m 05s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, "0")}s`;
}
