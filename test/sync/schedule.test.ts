import { describe, expect, it } from "vitest";
import { openSchedule } from "../../lib/sync/schedule.ts";

/** The times after `from`, as far as `count`. */
function times(text: string, from: string, count: number, timeZone?: string): string[] {
  const schedule = openSchedule(text, timeZone);
  const found: string[] = [];
  let at: number | undefined = Date.parse(from);
  for (let index = 0; index < count; index++) {
    at = schedule.next(at);
    if (at === undefined) break;
    found.push(new Date(at).toISOString().slice(0, 16));
  }
  return found;
}

describe("a schedule", () => {
  it.each([
    ["* * * * *", "2026-11-01T00:00:00Z", ["2026-11-01T00:01", "2026-11-01T00:02"]],
    ["0 */6 * * *", "2026-11-01T05:59:59Z", ["2026-11-01T06:00", "2026-11-01T12:00"]],
    ["5/20 3 * * *", "2026-11-01T03:06:00Z", ["2026-11-01T03:25", "2026-11-01T03:45"]],
    ["30 3 * * mon-fri", "2026-11-06T04:00:00Z", ["2026-11-09T03:30", "2026-11-10T03:30"]],
    ["0 4 * * 7", "2026-11-02T00:00:00Z", ["2026-11-08T04:00", "2026-11-15T04:00"]],
    ["0 0 13 * fri", "2026-11-01T00:00:00Z", ["2026-11-06T00:00", "2026-11-13T00:00"]],
    ["0 0 29 2 *", "2026-11-01T00:00:00Z", ["2028-02-29T00:00", "2032-02-29T00:00"]],
    ["@monthly", "2026-11-01T00:00:00Z", ["2026-12-01T00:00", "2027-01-01T00:00"]],
    ["@yearly", "2026-11-01T00:00:00Z", ["2027-01-01T00:00", "2028-01-01T00:00"]],
    ["every 15m", "2026-11-01T00:01:00Z", ["2026-11-01T00:15", "2026-11-01T00:30"]],
    ["@every 6h", "2026-11-01T06:00:00Z", ["2026-11-01T12:00", "2026-11-01T18:00"]],
    ["every 1d", "2026-11-01T06:00:00Z", ["2026-11-02T00:00", "2026-11-03T00:00"]],
  ])("%s after %s", (text, from, expected) => {
    expect(times(text, from, expected.length)).toEqual(expected);
  });

  it("that never comes is never due", () => {
    expect(times("0 0 31 2 *", "2026-11-01T00:00:00Z", 1)).toEqual([]);
  });

  it.each([
    ["0 3 * * *", "Asia/Shanghai", "2026-11-01T00:00:00Z", ["2026-11-01T19:00"]],
    // 02:30 is left out on that day: it is due when the lost hour ends.
    [
      "30 2 * * *",
      "Europe/Berlin",
      "2026-03-28T12:00:00Z",
      ["2026-03-29T01:00", "2026-03-30T00:30"],
    ],
    // 02:30 comes twice on that day, and is due once.
    [
      "30 2 * * *",
      "Europe/Berlin",
      "2026-10-24T12:00:00Z",
      ["2026-10-25T00:30", "2026-10-26T01:30"],
    ],
    // Every half hour stays every half hour, in both.
    [
      "*/30 * * * *",
      "Europe/Berlin",
      "2026-10-25T00:00:00Z",
      ["2026-10-25T00:30", "2026-10-25T01:00", "2026-10-25T01:30", "2026-10-25T02:00"],
    ],
    [
      "*/30 * * * *",
      "Europe/Berlin",
      "2026-03-29T00:00:00Z",
      ["2026-03-29T00:30", "2026-03-29T01:00", "2026-03-29T01:30"],
    ],
  ])("%s in %s after %s", (text, timeZone, from, expected) => {
    expect(times(text, from, expected.length, timeZone)).toEqual(expected);
  });

  it.each([
    ["61 * * * *", "UTC"],
    ["0 3 * * *", "Europe/Atlantis"],
  ])("%s in %s is refused", (text, timeZone) => {
    expect(() => openSchedule(text, timeZone)).toThrow(
      expect.objectContaining({ code: "SCHEDULE_INVALID" }),
    );
  });
});
