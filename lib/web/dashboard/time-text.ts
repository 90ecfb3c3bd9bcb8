import { type Html, html } from "./html.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A moment this near is now: clocks differ, and pages take time. */
const NOW_MS = 2 * SECOND;
/** A moment this far away is better told by its date. */
const FAR_MS = 60 * DAY;

/** Shows a span of milliseconds for people, in at most two units: `12 s`, `4 min 5 s`, `2 d 3 h`. */
export function spanText(spanMs: number): string {
  if (spanMs < SECOND) return `${Math.max(0, Math.round(spanMs))} ms`;
  if (spanMs < MINUTE) return `${Math.floor(spanMs / SECOND)} s`;
  if (spanMs < HOUR) return inTwo(spanMs, [MINUTE, "min"], [SECOND, "s"]);
  if (spanMs < DAY) return inTwo(spanMs, [HOUR, "h"], [MINUTE, "min"]);
  return inTwo(spanMs, [DAY, "d"], [HOUR, "h"]);
}

type Unit = readonly [ms: number, name: string];

function inTwo(spanMs: number, [largeMs, large]: Unit, [smallMs, small]: Unit): string {
  const rest = Math.floor((spanMs % largeMs) / smallMs);
  const whole = `${Math.floor(spanMs / largeMs)} ${large}`;
  return rest === 0 ? whole : `${whole} ${rest} ${small}`;
}

/** Shows a span of milliseconds in its largest unit: `4 min`. */
export function roughSpanText(spanMs: number): string {
  const whole = spanText(Math.max(SECOND, spanMs)).split(" ");
  return whole.slice(0, 2).join(" ");
}

/** Shows a moment as seen from another, both milliseconds since the epoch: `4 min ago`, `in 2 h`. */
export function relativeText(atMs: number, nowMs: number): string {
  const awayMs = Math.abs(nowMs - atMs);
  if (awayMs <= NOW_MS) return "just now";
  if (awayMs > FAR_MS) return new Date(atMs).toISOString().slice(0, 10);
  return atMs < nowMs ? `${roughSpanText(awayMs)} ago` : `in ${roughSpanText(awayMs)}`;
}

/** A moment (RFC 3339) as people say it, with the whole of it as its title. */
export function relativeTime(at: string, nowMs: number): Html {
  const atMs = Date.parse(at);
  if (Number.isNaN(atMs)) return html`<span>at an unknown time</span>`;
  const iso = new Date(atMs).toISOString();
  const title = `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
  return html`<time datetime="${iso}" title="${title}">${relativeText(atMs, nowMs)}</time>`;
}
