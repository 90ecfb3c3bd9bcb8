import { describe, expect, it } from "vitest";
import { parseCron } from "../../lib/sync/schedule-fields.ts";

describe("cron fields", () => {
  it.each([
    ["* * * * *", "* * * * ?"],
    ["0 */6 * * *", "0 0,6,12,18 * * ?"],
    ["5/20 3 * * *", "5,25,45 3 * * ?"],
    ["0 0 1,15 * *", "0 0 1,15 * ?"],
    ["30 3 * * mon-fri", "30 3 ? * MON,TUE,WED,THU,FRI"],
    ["0 4 * * 0", "0 4 ? * SUN"],
    ["0 4 * * 5-7", "0 4 ? * SUN,FRI,SAT"],
    ["0 4 * * 0-7", "0 4 * * ?"],
    ["0 4 * jan-mar/2 *", "0 4 * 1,3 ?"],
  ])("of %s", (schedule, fields) => {
    const parsed = parseCron(schedule).map(({ minute, hour, day, month, weekday }) =>
      [minute, hour, day, month, weekday].join(" "),
    );
    expect(parsed).toEqual([fields]);
  });

  it("by day or weekday are two", () => {
    expect(parseCron("0 0 13 * fri").map(({ day, weekday }) => [day, weekday])).toEqual([
      ["13", "?"],
      ["?", "FRI"],
    ]);
  });

  it.each([
    ["60 * * * *", "minute"],
    ["* 24 * * *", "hour"],
    ["* * 0 * *", "day"],
    ["* * L * *", "day"],
    ["* * * 13 *", "month"],
    ["* * * * 8", "weekday"],
    ["* * * * fri-mon", "weekday"],
    ["*/0 * * * *", "minute"],
    [", * * * *", "minute"],
  ])("are refused: %s", (schedule, field) => {
    expect(() => parseCron(schedule)).toThrow(`is no ${field} of a schedule`);
  });
});
