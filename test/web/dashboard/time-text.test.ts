import { expect, it } from "vitest";
import {
  relativeText,
  relativeTime,
  roughSpanText,
  spanText,
} from "../../../lib/web/dashboard/time-text.ts";

const NOW_MS = Date.UTC(2026, 10, 22, 9, 30);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

it.each([
  [0, "0 ms", "1 s"],
  [-5, "0 ms", "1 s"],
  [850, "850 ms", "1 s"],
  [59_999, "59 s", "59 s"],
  [4 * MINUTE, "4 min", "4 min"],
  [4 * MINUTE + 5999, "4 min 5 s", "4 min"],
  [2 * HOUR + 5 * MINUTE, "2 h 5 min", "2 h"],
  [3 * DAY + 4 * HOUR, "3 d 4 h", "3 d"],
])("%d ms are %s, roughly %s", (spanMs, exact, rough) => {
  expect(spanText(spanMs)).toBe(exact);
  expect(roughSpanText(spanMs)).toBe(rough);
});

it.each([
  [0, "just now"],
  [1500, "just now"],
  [-1500, "just now"],
  [5 * MINUTE, "5 min ago"],
  [-2 * HOUR, "in 2 h"],
  [90 * DAY, "2026-08-24"],
])("what was %d ms before is %s", (agoMs, text) => {
  expect(relativeText(NOW_MS - agoMs, NOW_MS)).toBe(text);
});

it("tells the whole moment as a title, and survives what is none", () => {
  expect(relativeTime("2026-11-22T10:29:00+01:00", NOW_MS).toString()).toBe(
    '<time datetime="2026-11-22T09:29:00.000Z" title="2026-11-22 09:29:00 UTC">1 min ago</time>',
  );
  expect(relativeTime("<soon>", NOW_MS).toString()).toBe("<span>at an unknown time</span>");
});
