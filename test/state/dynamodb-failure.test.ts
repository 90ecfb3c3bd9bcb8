import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemRandom } from "../../lib/base/random.ts";
import { openDynamodbTable } from "../../lib/state/dynamodb-table.ts";
import { DYNALITE_ENV, type DynaliteServer, startDynalite } from "../support/dynalite-server.ts";
import { type FaultyDynamodb, startFaultyDynamodb } from "../support/faulty-dynamodb.ts";
import { ServerClock } from "./server-clock.ts";

const KEY = { partition: "p", sort: "s" };
const OPTIONS = {
  env: DYNALITE_ENV,
  random: systemRandom,
  clock: new ServerClock(),
  patienceMs: 50,
};
let server: DynaliteServer;
let faulty: FaultyDynamodb;

beforeAll(async () => {
  server = await startDynalite();
  faulty = await startFaultyDynamodb(server.endpoint);
});
afterAll(async () => {
  await faulty.stop();
  await server.stop();
});

async function failureOf(endpoint: string, table = "state"): Promise<unknown> {
  const opened = await openDynamodbTable({ kind: "dynamodb", table, endpoint }, OPTIONS);
  const failure = await opened.get(KEY).catch((error: unknown) => error);
  await opened.close();
  return failure;
}

describe("what DynamoDB refuses", { timeout: 60_000 }, () => {
  it("tells of a table that is not there, and how to make it", async () => {
    expect(await failureOf(server.endpoint, "no-such-table")).toMatchObject({
      code: "STATE_TABLE_MISSING",
      remedy: "fixInput",
      message: expect.stringContaining('DynamoDB table "no-such-table" in eu-test-1'),
      hint: expect.stringContaining("imageferry state init"),
    });
  });

  it.each([
    ["ThrottlingException", 400, "STATE_BUSY", "retry"],
    ["RequestLimitExceeded", 400, "STATE_BUSY", "retry"],
    ["InternalServerError", 500, "STATE_UNREACHABLE", "retry"],
    ["ServiceUnavailable", 503, "STATE_UNREACHABLE", "retry"],
    ["AccessDeniedException", 400, "STATE_DENIED", "authenticate"],
    ["UnrecognizedClientException", 400, "STATE_CREDENTIALS_REFUSED", "authenticate"],
    ["ExpiredTokenException", 400, "STATE_CREDENTIALS_REFUSED", "authenticate"],
    ["SomethingNew", 400, "STATE_REFUSED", "giveUp"],
  ])("%s with status %i is %s", async (name, status, code, remedy) => {
    faulty.breakDown(() => ({ kind: "refuse", name, status, message: "as it says" }));
    const failure = await failureOf(faulty.endpoint);
    expect(failure).toMatchObject({ code, remedy, hint: expect.any(String) });
    expect(failure).toMatchObject({ message: expect.stringContaining(name) });
  });

  it("names the permission that is missing, and for what", async () => {
    faulty.breakDown(() => ({ kind: "refuse", name: "AccessDeniedException" }));
    expect(await failureOf(faulty.endpoint)).toMatchObject({
      hint: "Allow dynamodb:GetItem on table state in eu-test-1.",
    });
  });

  it("tells a table with other keys", async () => {
    const message = "The provided key element does not match the schema";
    faulty.breakDown(() => ({ kind: "refuse", name: "ValidationException", message }));
    expect(await failureOf(faulty.endpoint)).toMatchObject({ code: "STATE_TABLE_UNSUITABLE" });
  });

  it("shows no token that the service quotes", async () => {
    const message = "The Canonical String should have been x-amz-security-token:CANARY-token";
    faulty.breakDown(() => ({ kind: "refuse", name: "InvalidSignatureException", message }));
    const failure = await failureOf(faulty.endpoint);
    expect(failure).toMatchObject({ code: "STATE_CREDENTIALS_REFUSED" });
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain("CANARY");
  });
});

describe("opening a DynamoDB table", () => {
  it("takes the region of the location, else of the environment", async () => {
    const location = { kind: "dynamodb", table: "state", endpoint: "http://127.0.0.1:9" } as const;
    const cases = [
      [{ ...location, region: "eu-central-1" }, { AWS_REGION: "us-east-1" }, "eu-central-1"],
      [location, { AWS_REGION: "us-east-1" }, "us-east-1"],
      [location, { AWS_DEFAULT_REGION: "us-west-2" }, "us-west-2"],
    ] as const;
    for (const [place, env, region] of cases) {
      const keys = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "CANARY-secret" };
      const table = await openDynamodbTable(place, { ...OPTIONS, env: { ...keys, ...env } });
      await expect(table.get(KEY)).rejects.toMatchObject({
        message: expect.stringContaining(`table "state" in ${region}`),
      });
      await table.close();
    }
  });
});
