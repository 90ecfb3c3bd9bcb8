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
import { loadConfig } from "../../lib/config/load-config.ts";

const EXAMPLE = "examples/functions/imageferry.yaml";

function written(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

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

  it.each([
    ["@daily", undefined, "cron(0 0 * * ? *)", "0 0 0 * * ?"],
    ["0 3 * * 1", "Asia/Shanghai", "cron(0 3 ? * MON *)", "CRON_TZ=Asia/Shanghai 0 0 3 ? * MON"],
    ["every 1m", undefined, "rate(1 minute)", "@every 1m"],
    ["every 6h", undefined, "rate(360 minutes)", "@every 360m"],
  ])("%s in %s are written as clouds read them", (schedule, timeZone, aws, fc) => {
    const zone = timeZone === undefined ? {} : { timeZone };
    const grouped = groupSchedules(new Map([["p", { schedule, ...zone }]]));
    expect(awsSchedules(grouped)).toContain(`ScheduleExpression: ${aws}\n`);
    expect(awsSchedules(grouped).includes("ScheduleExpressionTimezone: Asia/Shanghai")).toBe(
      timeZone !== undefined,
    );
    for (const triggers of [fc3Triggers(grouped), fc2Triggers(grouped)]) {
      expect(JSON.stringify(triggers)).toContain(`"cronExpression":"${fc}"`);
    }
  });

  it("in two time zones are two", () => {
    const schedule = "0 3 * * *";
    const grouped = groupSchedules(
      new Map([
        ["a", { schedule }],
        ["b", { schedule, timeZone: "Asia/Shanghai" }],
      ]),
    );
    expect(new Set(grouped.map(({ name }) => name)).size).toBe(2);
  });

  it("of nothing are nothing", () => {
    expect(awsSchedules([])).toMatch(/\nResources: \{\}\n$/);
  });
});
