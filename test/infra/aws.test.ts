import { beforeAll, describe, expect, it } from "vitest";
import { allRights } from "./all-rights.ts";
import { OTHER_ACTIONS, TABLE_ACTIONS, WITHOUT_RESOURCE } from "./aws-actions.ts";
import { filledIn } from "./filled-in.ts";
import { type PackagedService, packageService, type Resource } from "./package-service.ts";
import { recordedSettings } from "./recorded-settings.ts";
import {
  actionsOf,
  isLog,
  lambdaOf,
  resourceOf,
  resourcesOf,
  roleOf,
  statementsOfRole,
} from "./service-parts.ts";
import type { FunctionName, UsedRights } from "./used-rights.ts";
import { zipEntries } from "./zip-entries.ts";

const FUNCTIONS = ["orchestrator", "worker", "sweeper", "webhook", "api"] as const;
const CONFIG = "examples/functions/imageferry.yaml";
const PACKAGE_MS_MAX = 300_000;

describe("the service on AWS", () => {
  let service: PackagedService;
  let other: PackagedService;
  let used: ReadonlyMap<FunctionName, UsedRights>;

  beforeAll(async () => {
    const params = ["--param", "workers=7", "--param", "logLevel=debug"];
    [service, other] = await Promise.all([
      packageService(),
      packageService(["--stage", "test", "--region", "eu-central-1", ...params]),
    ]);
    used = await allRights();
  }, PACKAGE_MS_MAX);

  const resource = (name: string) => resourceOf(service, name);
  const ofType = (type: string) => resourcesOf(service, type);
  const lambda = (name: string, of: PackagedService = service) => lambdaOf(of, name);
  const statementsOf = (role: string) => statementsOfRole(service, role);
  const allowed = (role: string, action: string): unknown =>
    statementsOf(role).find(({ Action }) => [Action].flat().includes(action))?.Resource;

  it("is packaged without network, credentials and warnings", () => {
    expect(service.output).not.toMatch(/NETWORK USED|warn|deprecat/i);
    expect([...service.archives.keys()].sort()).toEqual([...FUNCTIONS].sort());
  });

  it.each(FUNCTIONS)("has one bundle and the configuration in each archive: %s", (name) => {
    const names = zipEntries(service.archives.get(name)!).map((entry) => entry.name);
    const own = `dist/functions/aws/${name}/`;
    expect(names).toContain(`${own}index.mjs`);
    expect(names.filter((file) => !file.startsWith(own))).toEqual([CONFIG]);
    expect(names.filter((file) => /\.map$|\.ts$/.test(file))).toEqual([]);
  });

  it.each(FUNCTIONS)("makes the same bytes of the same code for every stage: %s", (name) => {
    expect(other.archives.get(name)?.equals(service.archives.get(name)!)).toBe(true);
  });

  it.each(FUNCTIONS)("runs the bundle that is in the archive: %s", (name) => {
    const { Handler, Runtime, MemorySize, Timeout, Role } = lambda(name);
    expect(Handler).toBe(`dist/functions/aws/${name}/index.handler`);
    expect(Runtime).toBe("nodejs22.x");
    expect(Number(MemorySize)).toBeLessThanOrEqual(512);
    expect(Number(Timeout)).toBeLessThanOrEqual(900);
    expect(Role).toEqual({ "Fn::GetAtt": [roleOf(name), "Arn"] });
  });

  it.each(FUNCTIONS)("tells functions what they read, and nothing else: %s", (name) => {
    const env = filledIn(lambda(name)["Environment"]);
    const { settings, read } = recordedSettings(env);
    expect(settings).toMatchObject({
      state: { kind: "dynamodb", table: "StateTable", region: "us-east-1" },
      dispatch: {
        kind: "sqs",
        taskQueue: "https://sqs/TaskQueue",
        runQueue: "https://sqs/RunQueue",
      },
      configFile: `/var/task/${CONFIG}`,
    });
    expect(Object.keys(env).filter((key) => !read.has(key))).toEqual([]);
  });

  it("takes parameters", () => {
    const { FunctionName, ReservedConcurrentExecutions, Environment } = lambda("worker", other);
    expect(FunctionName).toBe("imageferry-test-worker");
    expect(ReservedConcurrentExecutions).toBe(7);
    expect(Environment).toMatchObject({ Variables: { IMAGEFERRY_LOG_LEVEL: "debug" } });
  });

  it.each([
    ["worker", "TaskQueue", "TaskDeadLetters"],
    ["orchestrator", "RunQueue", "RunDeadLetters"],
  ])("feeds the %s one message at a time, and keeps what it gives back", (name, queue, dead) => {
    const [, mapping] = ofType("AWS::Lambda::EventSourceMapping").find(
      ([, { Properties }]) =>
        JSON.stringify(Properties["EventSourceArn"]) === `{"Fn::GetAtt":["${queue}","Arn"]}`,
    )!;
    const { ScalingConfig, ...properties } = mapping.Properties;
    expect(properties).toMatchObject({
      BatchSize: 1,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
    const { Timeout, ReservedConcurrentExecutions } = lambda(name);
    const { MaximumConcurrency } = { MaximumConcurrency: 0, ...Object(ScalingConfig) };
    expect(MaximumConcurrency).toBeGreaterThanOrEqual(2);
    // Otherwise Lambda refuses what the queue brings.
    expect(Number(ReservedConcurrentExecutions)).toBeGreaterThanOrEqual(MaximumConcurrency);
    const { VisibilityTimeout, ...rest } = resource(queue).Properties;
    // No shorter than the function's life, or Lambda refuses the queue; not much longer, since a
    // crashed invocation's message is not seen before.
    expect(Number(VisibilityTimeout)).toBeGreaterThan(Number(Timeout));
    expect(Number(VisibilityTimeout)).toBeLessThanOrEqual(Number(Timeout) + 60);
    expect(rest).toMatchObject({
      MessageRetentionPeriod: 14 * 86_400,
      SqsManagedSseEnabled: true,
      RedrivePolicy: {
        deadLetterTargetArn: { "Fn::GetAtt": [dead, "Arn"] },
        maxReceiveCount: 1000,
      },
    });
    expect(resource(dead).Properties).toMatchObject({
      MessageRetentionPeriod: 14 * 86_400,
      SqsManagedSseEnabled: true,
    });
  });

  it("keeps the state when the stack goes", () => {
    const { DeletionPolicy, UpdateReplacePolicy, Properties } = resource("StateTable");
    expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["Retain", "Retain"]);
    expect(Properties).toMatchObject({
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      TimeToLiveSpecification: { AttributeName: "exp", Enabled: true },
      SSESpecification: { SSEEnabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it("sweeps each minute, one sweep at a time, and never twice for the same minute", () => {
    expect(resource("Sweeps").Properties).toMatchObject({
      ScheduleExpression: "rate(1 minute)",
      Target: { Arn: { "Fn::GetAtt": ["SweeperLambdaFunction", "Arn"] } },
    });
    const { Timeout, ReservedConcurrentExecutions } = lambda("sweeper");
    expect([Timeout, ReservedConcurrentExecutions]).toEqual([60, 1]);
    expect(resource("SweeperLambdaEvConf").Properties).toMatchObject({ MaximumRetryAttempts: 0 });
  });

  it("starts the example's policies by messages for the orchestrator", () => {
    const schedules = ofType("AWS::Scheduler::Schedule").filter(([name]) => name !== "Sweeps");
    expect(schedules.length).toBeGreaterThan(0);
    for (const [, { Properties }] of schedules) {
      expect(Properties["Target"]).toMatchObject({
        Arn: { "Fn::GetAtt": ["RunQueue", "Arn"] },
        RoleArn: { "Fn::GetAtt": ["ScheduleRole", "Arn"] },
      });
    }
  });

  it("takes pushes from anybody and of this account's ECR, the API's calls from its own", () => {
    expect(resource("ApiLambdaFunctionUrl").Properties).toMatchObject({ AuthType: "AWS_IAM" });
    expect(resource("WebhookLambdaFunctionUrl").Properties).toMatchObject({ AuthType: "NONE" });
    const permissions = ofType("AWS::Lambda::Permission")
      .map(([, { Properties }]) => Properties)
      .filter((one) => JSON.stringify(one).match(/(Webhook|Api)LambdaFunction/));
    const callers = permissions.map(({ Principal, Action, FunctionUrlAuthType, ...rest }) => [
      Principal,
      Action,
      FunctionUrlAuthType ??
        rest["InvokedViaFunctionUrl"] ??
        Object.keys(rest).includes("SourceArn"),
    ]);
    expect(callers.sort()).toEqual([
      ["*", "lambda:InvokeFunction", true],
      ["*", "lambda:InvokeFunctionUrl", "NONE"],
      ["events.amazonaws.com", "lambda:InvokeFunction", true],
    ]);
    const [[, rule]] = ofType("AWS::Events::Rule") as [readonly [string, Resource]];
    expect(rule.Properties).toMatchObject({
      State: "ENABLED",
      EventPattern: {
        source: ["aws.ecr"],
        "detail-type": ["ECR Image Action"],
        detail: {
          "action-type": ["PUSH"],
          result: ["SUCCESS"],
          "repository-name": [{ wildcard: "source/*" }],
        },
      },
    });
    expect(lambda("webhook")).toMatchObject({ Timeout: 30, ReservedConcurrentExecutions: 5 });
  });

  it("drops logs after a month", () => {
    const groups = ofType("AWS::Logs::LogGroup").map(([, { Properties }]) => Properties);
    expect(groups).toEqual(
      FUNCTIONS.map((name) => ({
        LogGroupName: `/aws/lambda/imageferry-prod-${name}`,
        RetentionInDays: 30,
      })),
    );
  });

  it("raises an alarm for all that somebody should look at", () => {
    const alarms = ofType("AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties);
    for (const alarm of alarms) expect(alarm["AlarmActions"]).toEqual([{ Ref: "AlarmTopic" }]);
    const watched = alarms.map(({ MetricName, Dimensions }) => {
      const [target] =
        JSON.stringify(Dimensions).match(/\w+(?:DeadLetters|Queue|Function)(?=")/) ?? [];
      return `${MetricName} ${target}`;
    });
    const ofFunctions = ["Errors", "Throttles"].flatMap((metric) =>
      FUNCTIONS.map((name) => `${metric} ${name[0]?.toUpperCase()}${name.slice(1)}LambdaFunction`),
    );
    const messages = ["ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"];
    expect(watched.sort()).toEqual(
      [
        ...ofFunctions,
        "Invocations SweeperLambdaFunction",
        ...["RunDeadLetters", "TaskDeadLetters"].map((queue) => `${messages[0]} ${queue}`),
        ...["RunQueue", "TaskQueue"].map((queue) => `${messages[1]} ${queue}`),
      ].sort(),
    );
  });

  describe("roles", () => {
    it("are one for each function and each kind of schedule", () => {
      const names = ofType("AWS::IAM::Role").map(([name]) => name);
      const wanted = [...FUNCTIONS.map(roleOf), "ScheduleRole", "SweepsRole"];
      expect(names.sort()).toEqual(wanted.sort());
    });

    it("allow named actions on named resources", () => {
      for (const [role, { Properties }] of ofType("AWS::IAM::Role")) {
        expect(Properties["ManagedPolicyArns"]).toBeUndefined();
        for (const { Effect, Action, Resource } of statementsOf(role)) {
          expect(Effect).toBe("Allow");
          expect([Action].flat().filter((action) => action.includes("*"))).toEqual([]);
          const isNamed = [Resource]
            .flat()
            .every((one) => !/"\*"|:\*"\}$/.test(JSON.stringify(one)) || isLog(one));
          if (!isNamed) expect(WITHOUT_RESOURCE).toEqual([Action].flat());
        }
      }
    });

    it.each(FUNCTIONS)("allow what the function does, and nothing else: %s", (name) => {
      const { table, orders } = used.get(name)!;
      const wanted = new Set([
        ...[...table].flatMap((call) => TABLE_ACTIONS[call]),
        ...(orders.size > 0 ? ["sqs:SendMessage"] : []),
        ...OTHER_ACTIONS[name],
      ]);
      expect(actionsOf(statementsOf(roleOf(name)))).toEqual([...wanted].sort());
    });

    it.each(FUNCTIONS)("allow orders to where the function gives them: %s", (name) => {
      const queues = [...used.get(name)!.orders].map((kind) => (kind === "run" ? "Run" : "Task"));
      const arns = queues.sort().map((kind) => ({ "Fn::GetAtt": [`${kind}Queue`, "Arn"] }));
      expect(allowed(roleOf(name), "sqs:SendMessage") ?? []).toEqual(arns);
    });

    it("let functions take from their own queue, and write their own log", () => {
      expect(allowed("WorkerRole", "sqs:ReceiveMessage")).toEqual({
        "Fn::GetAtt": ["TaskQueue", "Arn"],
      });
      expect(allowed("OrchestratorRole", "sqs:ReceiveMessage")).toEqual({
        "Fn::GetAtt": ["RunQueue", "Arn"],
      });
      for (const name of FUNCTIONS) {
        expect(JSON.stringify(allowed(roleOf(name), "logs:PutLogEvents"))).toContain(
          `/aws/lambda/imageferry-prod-${name}:*`,
        );
      }
    });

    it("write to target repositories alone", () => {
      const targets = JSON.stringify(allowed("WorkerRole", "ecr:PutImage"));
      expect(targets).toContain("repository/mirror/*");
      expect(targets).not.toContain("repository/source/*");
    });

    it("of schedules can do one thing, for this account", () => {
      expect(actionsOf(statementsOf("ScheduleRole"))).toEqual(["sqs:SendMessage"]);
      expect(actionsOf(statementsOf("SweepsRole"))).toEqual(["lambda:InvokeFunction"]);
      for (const role of ["ScheduleRole", "SweepsRole"]) {
        expect(JSON.stringify(resource(role).Properties["AssumeRolePolicyDocument"])).toContain(
          '"aws:SourceAccount"',
        );
      }
    });
  });
});
