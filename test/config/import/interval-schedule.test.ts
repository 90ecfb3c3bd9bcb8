import { describe, expect, it } from "vitest";
import { scheduleOfInterval } from "../../../lib/config/import/interval-schedule.ts";

describe("scheduleOfInterval", () => {
  it.each<[string, string | undefined]>([
    ["5m", "*/5 * * * *"],
    ["60m", "0 */1 * * *"],
    ["6h", "0 */6 * * *"],
    ["1h60m", "0 */2 * * *"],
    ["24h", "0 0 * * *"],
    ["7m", undefined],
    ["5h", undefined],
    ["48h", undefined],
    ["0m", undefined],
    ["30s", undefined],
    ["", undefined],
  ])("%s is %s", (interval, schedule) => {
    expect(scheduleOfInterval(interval)).toBe(schedule);
  });
});
