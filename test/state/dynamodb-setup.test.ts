import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemRandom } from "../../lib/base/random.ts";
import { withoutWarnings } from "../../lib/base/without-warnings.ts";
import { prepareDynamodb } from "../../lib/state/dynamodb-setup.ts";
import { DYNALITE_ENV, type DynaliteServer, startDynalite } from "../support/dynalite-server.ts";
import {
  type DynamodbFault,
  type FaultyDynamodb,
  startFaultyDynamodb,
} from "../support/faulty-dynamodb.ts";
import { ServerClock } from "./server-clock.ts";

const OPTIONS = { env: DYNALITE_ENV, random: systemRandom, clock: new ServerClock() };
let server: DynaliteServer;
let faulty: FaultyDynamodb;
let client: DynamoDBClient;

beforeAll(async () => {
  // Tables take a moment, as the real ones do.
  server = await startDynalite({ createTableMs: 300 });
  faulty = await startFaultyDynamodb(server.endpoint);
  client = withoutWarnings(
    () =>
      new DynamoDBClient({
        endpoint: server.endpoint,
        region: "eu-test-1",
        credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "CANARY-secret" },
      }),
  );
});
afterAll(async () => {
  client.destroy();
  await faulty.stop();
  await server.stop();
});

function prepare(table: string, faultOf: (operation: string) => DynamodbFault | undefined) {
  faulty.breakDown(faultOf);
  return prepareDynamodb({ kind: "dynamodb", table, endpoint: faulty.endpoint }, OPTIONS);
}

describe("preparing a DynamoDB table", { timeout: 60_000 }, () => {
  it("makes it, waits until it is there, and leaves it alone from then on", async () => {
    const steps = await prepare("fresh", () => undefined);
    expect(steps).toMatchObject([
      { what: "table", outcome: "made" },
      // The emulated service has no such operations: a real one that refuses them is no worse.
      { what: "time to live", outcome: "left", note: expect.stringContaining("never removed") },
      { what: "point-in-time recovery", outcome: "left", note: expect.any(String) },
    ]);
    const { Table } = await client.send(new DescribeTableCommand({ TableName: "fresh" }));
    expect(Table).toMatchObject({
      TableStatus: "ACTIVE",
      BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
    });
    const again = await prepare("fresh", () => undefined);
    expect(again[0]).toEqual({ what: "table", outcome: "kept" });
    expect(faulty.requests).not.toContain("CreateTable");
  });

  it("stands a lost answer", async () => {
    let isLost = false;
    const steps = await prepare("lost", (operation) => {
      if (operation !== "CreateTable" || isLost) return undefined;
      isLost = true;
      return { kind: "loseAnswer" };
    });
    expect(steps[0]).toEqual({ what: "table", outcome: "made" });
  });

  it("switches on what a service has", async () => {
    const switched: string[] = [];
    const answers = new Map<string, object>([
      ["DescribeTimeToLive", { TimeToLiveDescription: { TimeToLiveStatus: "DISABLED" } }],
      ["UpdateTimeToLive", {}],
      [
        "DescribeContinuousBackups",
        { ContinuousBackupsDescription: { ContinuousBackupsStatus: "ENABLED" } },
      ],
      ["UpdateContinuousBackups", {}],
    ]);
    const steps = await prepare("whole", (operation) => {
      const body = answers.get(operation);
      if (operation.startsWith("Update")) switched.push(operation);
      return body && { kind: "answer", body };
    });
    expect(steps.map(({ outcome }) => outcome)).toEqual(["made", "made", "made"]);
    expect(switched).toEqual(["UpdateTimeToLive", "UpdateContinuousBackups"]);
  });

  it("keeps what is on already", async () => {
    const TimeToLiveDescription = { TimeToLiveStatus: "ENABLED", AttributeName: "exp" };
    const PointInTimeRecoveryDescription = { PointInTimeRecoveryStatus: "ENABLED" };
    const answers = new Map<string, object>([
      ["DescribeTimeToLive", { TimeToLiveDescription }],
      [
        "DescribeContinuousBackups",
        {
          ContinuousBackupsDescription: {
            ContinuousBackupsStatus: "ENABLED",
            PointInTimeRecoveryDescription,
          },
        },
      ],
    ]);
    const steps = await prepare("fresh", (operation) => {
      const body = answers.get(operation);
      return body && { kind: "answer", body };
    });
    expect(steps.map(({ outcome }) => outcome)).toEqual(["kept", "kept", "kept"]);
  });

  it("refuses a table with other keys", async () => {
    await client.send(
      new CreateTableCommand({
        TableName: "other",
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "N" }],
      }),
    );
    await expect(prepare("other", () => undefined)).rejects.toMatchObject({
      code: "STATE_TABLE_UNSUITABLE",
      remedy: "fixInput",
      message: expect.stringContaining("its keys are id HASH N, not pk HASH S, sk RANGE S"),
    });
  });

  it("names what this user may not do", async () => {
    const denied = { kind: "refuse", name: "AccessDeniedException" } as const;
    const made = prepare("denied", (operation) =>
      operation === "CreateTable" ? denied : undefined,
    );
    await expect(made).rejects.toMatchObject({
      code: "STATE_DENIED",
      hint: "Allow dynamodb:CreateTable on table denied in eu-test-1.",
    });
  });
});
