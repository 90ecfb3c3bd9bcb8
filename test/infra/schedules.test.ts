import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { orchestratorEvent } from "../../functions/orchestrator-event.ts";
import { ROOT } from "../../infra/bundle.ts";
import {
  awsSchedules,
  fc2Triggers,
  fc3Triggers,
  groupSchedules,
  withTriggers,
} from "../../infra/cloud-schedules.ts";
import { parseCron } from "../../infra/cron-fields.ts";
import { loadConfig } from "../../lib/config/load-config.ts";

const EXAMPLE = "examples/functions/imageferry.yaml";

function written(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

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

describe("schedules", async () => {
  const { triggers } = await loadConfig({ config: join(ROOT, EXAMPLE), env: {}, home: "" });
  const schedules = groupSchedules(triggers);

  it.each([
    ["infra/aws/schedules.yml", () => awsSchedules(schedules)],
    [
      "infra/alicloud/s.yaml",
      () => withTriggers(written("infra/alicloud/s.yaml"), fc3Triggers(schedules)),
    ],
    [
      "infra/alicloud/fc2/s.yaml",
      () => withTriggers(written("infra/alicloud/fc2/s.yaml"), fc2Triggers(schedules)),
    ],
  ])("of the example are those in %s", (path, made) => {
    expect(schedules.length).toBeGreaterThan(1);
    expect(written(path)).toBe(made());
  });

  it("are shared by policies that run at the same time", () => {
    const grouped = groupSchedules(
      new Map([
        ["a", { schedule: "0 1 * * *" }],
        ["b", {}],
        ["c", { schedule: "0 1 * * *" }],
      ]),
    );
    expect(grouped.map(({ policies }) => policies)).toEqual([["a", "c"]]);
  });

  it("start runs that the orchestrator understands", () => {
    const inputs = [...written("infra/aws/schedules.yml").matchAll(/Input: '(.+)'/g)];
    const payloads = [...written("infra/alicloud/s.yaml").matchAll(/payload: '(.+)'/g)];
    expect(inputs).toHaveLength(schedules.length);
    expect(payloads).toHaveLength(schedules.length);
    for (const [, text = ""] of [...inputs, ...payloads]) {
      expect(orchestratorEvent.parse(JSON.parse(text))).toMatchObject({ kind: "startPolicies" });
    }
  });

  it("of nothing are nothing", () => {
    expect(awsSchedules([])).toMatch(/\nResources: \{\}\n$/);
  });
});
