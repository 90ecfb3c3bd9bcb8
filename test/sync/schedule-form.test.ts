import { describe, expect, it } from "vitest";
import { isSchedule, isTimeZone, readSchedule } from "../../lib/sync/schedule-form.ts";

const HOUR_MS = 3_600_000;

describe("readSchedule", () => {
  it.each([
    ["every 15m", HOUR_MS / 4],
    ["every 6h", 6 * HOUR_MS],
    ["@every 6h", 6 * HOUR_MS],
    ["every 1 d", 24 * HOUR_MS],
    ["  every  2h ", 2 * HOUR_MS],
  ])("takes %j for an interval", (text, everyMs) => {
    expect(readSchedule(text)).toEqual({ kind: "interval", everyMs });
  });

  it.each([
    ["@hourly", "0 * * * *"],
    ["@daily", "0 0 * * *"],
    ["@midnight", "0 0 * * *"],
    ["@weekly", "0 0 * * 0"],
    ["@monthly", "0 0 1 * *"],
    ["@yearly", "0 0 1 1 *"],
    ["@annually", "0 0 1 1 *"],
    ["0  3   * * *", "0 3 * * *"],
  ])("takes %j for %j", (word, fields) => {
    expect(readSchedule(word)).toEqual(readSchedule(fields));
    expect(readSchedule(word).kind).toBe("calendar");
  });

  it.each([
    "",
    "daily",
    "@reboot",
    "every 0h",
    "every 6",
    "every 6s",
    "every",
    "* * * *",
    "0 0 0 * * *",
  ])("refuses %j", (text) => {
    expect(() => readSchedule(text)).toThrow(
      expect.objectContaining({ code: "SCHEDULE_INVALID", remedy: "fixInput" }),
    );
    expect(isSchedule(text)).toBe(false);
  });
});

describe("isTimeZone", () => {
  it.each([
    ["UTC", true],
    ["Asia/Shanghai", true],
    ["Europe/Atlantis", false],
    ["", false],
  ])("of %j is %s", (name, known) => {
    expect(isTimeZone(name)).toBe(known);
  });
});
