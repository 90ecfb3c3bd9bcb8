import { createHash } from "node:crypto";
import { parseDocument, stringify } from "yaml";
import type { CronFields } from "../lib/sync/schedule-fields.ts";
import { readSchedule } from "../lib/sync/schedule-form.ts";

/** When which policies run. */
export interface PolicySchedule {
  /** A letter and hex; the same schedule has the same name in every deployment. */
  readonly name: string;
  /** Five cron fields, a word such as `@daily`, or `every 6h`. */
  readonly schedule: string;
  /** Of the fields; UTC when left out. */
  readonly timeZone?: string;
  readonly policies: readonly string[];
}

const AWS_HEADER = `# When policies run by themselves: written by infra/schedules.ts from a configuration.
# A message starts one run, however often it is delivered.
`;
const NAME_CHARS = 10;

/**
 * Groups policies by their schedules: those of one schedule make one run.
 *
 * @param triggers by policy name, as a configuration has them.
 */
export function groupSchedules(
  triggers: ReadonlyMap<string, { readonly schedule?: string; readonly timeZone?: string }>,
): readonly PolicySchedule[] {
  const groups = new Map<string, PolicySchedule>();
  for (const [policy, { schedule, timeZone }] of triggers) {
    if (schedule === undefined) continue;
    const text = timeZone === undefined ? schedule : `${schedule} ${timeZone}`;
    const hash = createHash("sha256").update(text).digest("hex").slice(0, NAME_CHARS);
    groups.set(text, {
      name: `s${hash}`,
      schedule,
      ...(timeZone !== undefined && { timeZone }),
      policies: [...(groups.get(text)?.policies ?? []), policy],
    });
  }
  return [...groups.values()];
}

/** One time of a schedule as a cloud takes it. */
interface CloudTime {
  /** Tells several of one schedule apart. */
  readonly isSecond: boolean;
  /** Left out: an interval. */
  readonly fields?: CronFields;
  readonly everyMinutes: number;
}

function timesOf(schedule: string): readonly CloudTime[] {
  const form = readSchedule(schedule);
  if (form.kind === "interval") return [{ isSecond: false, everyMinutes: form.everyMs / 60_000 }];
  return form.times.map((fields, index) => ({ isSecond: index > 0, fields, everyMinutes: 0 }));
}

/**
 * Writes schedules as resources of CloudFormation, which send a message to the orchestrator.
 *
 * The time that a message was due is part of its key: sent again, or due by day and by weekday at
 * once, it is the same run (EventBridge Scheduler user guide, *Adding context attributes*).
 *
 * @throws {Error} naming the field of a schedule that cannot be read.
 */
export function awsSchedules(schedules: readonly PolicySchedule[]): string {
  const resources = schedules.flatMap(({ name, schedule, timeZone, policies }) =>
    timesOf(schedule).map((time) => [
      `Schedule${name}${time.isSecond ? "OrWeekday" : ""}`,
      {
        Type: "AWS::Scheduler::Schedule",
        Properties: {
          Description: schedule,
          ScheduleExpression: awsExpression(time),
          ...(timeZone !== undefined && { ScheduleExpressionTimezone: timeZone }),
          FlexibleTimeWindow: { Mode: "OFF" },
          Target: {
            Arn: { "Fn::GetAtt": ["RunQueue", "Arn"] },
            RoleArn: { "Fn::GetAtt": ["ScheduleRole", "Arn"] },
            Input: JSON.stringify({
              policies,
              trigger: "timer",
              idempotencyKey: `${name} <aws.scheduler.scheduled-time>`,
            }),
          },
        },
      },
    ]),
  );
  return AWS_HEADER + stringify({ Resources: Object.fromEntries(resources) }, { lineWidth: 0 });
}

/**
 * Makes time triggers of Function Compute 3 (`s.yaml` of the component fc3).
 *
 * @throws {Error} naming the field of a schedule that cannot be read.
 */
export function fc3Triggers(schedules: readonly PolicySchedule[]) {
  return timers(schedules).map(({ name, config }) => ({
    triggerName: name,
    triggerType: "timer",
    triggerConfig: config,
  }));
}

/** Makes time triggers of Function Compute 2 (the component fc); throws as `fc3Triggers`. */
export function fc2Triggers(schedules: readonly PolicySchedule[]) {
  return timers(schedules).map((timer) => ({ ...timer, type: "timer" }));
}

/** Puts the orchestrator's triggers into an `s.yaml` in place of those it has. */
export function withTriggers(text: string, triggers: readonly object[]): string {
  const document = parseDocument(text);
  document.setIn(["resources", "orchestrator", "props", "triggers"], document.createNode(triggers));
  return document.toString({ lineWidth: 0 });
}

/** EventBridge Scheduler user guide, *Schedule types*. */
function awsExpression({ fields, everyMinutes }: CloudTime): string {
  if (fields === undefined) return `rate(${everyMinutes} minute${everyMinutes === 1 ? "" : "s"})`;
  const { minute, hour, day, month, weekday } = fields;
  return `cron(${minute} ${hour} ${day} ${month} ${weekday} *)`;
}

/**
 * Six fields, the first for seconds, with a time zone before them, or minutes (Function Compute,
 * *Time triggers*).
 */
function fcExpression({ fields, everyMinutes }: CloudTime, timeZone: string | undefined): string {
  if (fields === undefined) return `@every ${everyMinutes}m`;
  const { minute, hour, day, month, weekday } = fields;
  const zone = timeZone === undefined ? "" : `CRON_TZ=${timeZone} `;
  return `${zone}0 ${minute} ${hour} ${day} ${month} ${weekday}`;
}

function timers(schedules: readonly PolicySchedule[]) {
  return schedules.flatMap(({ name, schedule, timeZone, policies }) =>
    timesOf(schedule).map((time) => ({
      name: `${name}${time.isSecond ? "-or-weekday" : ""}`,
      config: {
        cronExpression: fcExpression(time, timeZone),
        enable: true,
        payload: JSON.stringify({ policies }),
      },
    })),
  );
}
