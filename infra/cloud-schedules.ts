import { createHash } from "node:crypto";
import { parseDocument, stringify } from "yaml";
import { parseCron } from "./cron-fields.ts";

/** When which policies run. */
export interface PolicySchedule {
  /** A letter and hex; the same schedule has the same name in every deployment. */
  readonly name: string;
  /** Five cron fields, UTC. */
  readonly schedule: string;
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
  triggers: ReadonlyMap<string, { readonly schedule?: string }>,
): readonly PolicySchedule[] {
  const groups = new Map<string, string[]>();
  for (const [policy, { schedule }] of triggers) {
    if (schedule === undefined) continue;
    groups.set(schedule, [...(groups.get(schedule) ?? []), policy]);
  }
  return [...groups].map(([schedule, policies]) => {
    const hash = createHash("sha256").update(schedule).digest("hex").slice(0, NAME_CHARS);
    return { name: `s${hash}`, schedule, policies };
  });
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
  const resources = schedules.flatMap(({ name, schedule, policies }) =>
    parseCron(schedule).map(({ minute, hour, day, month, weekday }, index) => [
      `Schedule${name}${index === 0 ? "" : "OrWeekday"}`,
      {
        Type: "AWS::Scheduler::Schedule",
        Properties: {
          Description: schedule,
          ScheduleExpression: `cron(${minute} ${hour} ${day} ${month} ${weekday} *)`,
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

/** Six fields, the first for seconds (Function Compute, *Time triggers*). */
function timers(schedules: readonly PolicySchedule[]) {
  return schedules.flatMap(({ name, schedule, policies }) =>
    parseCron(schedule).map(({ minute, hour, day, month, weekday }, index) => ({
      name: `${name}${index === 0 ? "" : "-or-weekday"}`,
      config: {
        cronExpression: `0 ${minute} ${hour} ${day} ${month} ${weekday}`,
        enable: true,
        payload: JSON.stringify({ policies }),
      },
    })),
  );
}
