import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemRandom } from "../../lib/base/random.ts";
import { prepareTablestore } from "../../lib/state/tablestore-setup.ts";
import { openTablestoreTable } from "../../lib/state/tablestore-table.ts";
import { OtsError } from "../support/tablestore-emulator/ots-error.ts";
import {
  EMULATOR_ENV,
  type Fault,
  startTablestoreEmulator,
  type TablestoreEmulator,
} from "../support/tablestore-emulator/server.ts";
import { ServerClock } from "./server-clock.ts";

const KEY = { partition: "p", sort: "s" };
const OPTIONS = {
  env: EMULATOR_ENV,
  random: systemRandom,
  clock: new ServerClock(),
  patienceMs: 50,
};
let emulator: TablestoreEmulator;
let fault: Fault | undefined;

beforeAll(async () => {
  emulator = await startTablestoreEmulator({ faultOf: () => fault });
});
afterAll(() => emulator.stop());

async function failureOf(
  env: Readonly<Record<string, string>> = EMULATOR_ENV,
  table = "state",
): Promise<unknown> {
  const { instance, endpoint } = emulator;
  const location = { kind: "tablestore", instance, table, endpoint } as const;
  const opened = await openTablestoreTable(location, { ...OPTIONS, env });
  const failure = await opened.get(KEY).catch((error: unknown) => error);
  await opened.close();
  return failure;
}

describe("what Tablestore refuses", { timeout: 60_000 }, () => {
  it("tells of a table that is not there, and how to make it", async () => {
    expect(await failureOf(EMULATOR_ENV, "nothing")).toMatchObject({
      code: "STATE_TABLE_MISSING",
      remedy: "fixInput",
      message: expect.stringMatching(
        /^Tablestore table "nothing" in http:\S+: ots:GetRow: OTSObjectNotExist: Requested table does not exist\. requestId:request-\d+$/,
      ),
      hint: expect.stringContaining("imageferry state init"),
    });
  });

  it.each([
    [409, "OTSRowOperationConflict", "STATE_BUSY", "retry"],
    [503, "OTSServerBusy", "STATE_BUSY", "retry"],
    [403, "OTSNotEnoughCapacityUnit", "STATE_BUSY", "retry"],
    [503, "OTSTimeout", "STATE_UNREACHABLE", "retry"],
    [500, "OTSInternalServerError", "STATE_UNREACHABLE", "retry"],
    [502, "OTSSomethingElse", "STATE_UNREACHABLE", "retry"],
    [403, "OTSNoPermissionAccess", "STATE_DENIED", "authenticate"],
    [403, "OTSAuthFailed", "STATE_CREDENTIALS_REFUSED", "authenticate"],
    [400, "OTSInvalidPK", "STATE_TABLE_UNSUITABLE", "fixInput"],
    [413, "OTSRequestBodyTooLarge", "STATE_ROW_TOO_LARGE", "giveUp"],
    [400, "OTSSomethingNew", "STATE_REFUSED", "giveUp"],
  ])("%i %s is %s", async (status, name, code, remedy) => {
    // Long enough for a length of two bytes in the answer.
    const message = `In these words: ${"and more, ".repeat(20)}`;
    fault = { kind: "refuse", error: new OtsError(status, name, message) };
    expect(await failureOf()).toMatchObject({
      code,
      remedy,
      hint: expect.any(String),
      message: expect.stringContaining(`: ots:GetRow: ${name}: In these words: and more`),
    });
    fault = undefined;
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ["a wrong secret", { ALIBABA_CLOUD_ACCESS_KEY_SECRET: "CANARY-other" }, "Signature mismatch"],
    ["a wrong key", { ALIBABA_CLOUD_ACCESS_KEY_ID: "CANARY-id" }, "AccessKeyID does not exist"],
    ["a wrong token", { ALIBABA_CLOUD_SECURITY_TOKEN: "CANARY-token" }, "STS token is invalid"],
    ["no keys", { ALIBABA_CLOUD_ACCESS_KEY_ID: "" }, "there are no keys in the environment"],
  ])("tells of %s, without showing it", async (_, env, words) => {
    const failure = await failureOf({ ...EMULATOR_ENV, ...env });
    expect(failure).toMatchObject({
      code: "STATE_CREDENTIALS_REFUSED",
      remedy: "authenticate",
      message: expect.stringContaining(words),
      hint: expect.stringContaining("ALIBABA_CLOUD_ACCESS_KEY_ID"),
    });
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain("CANARY");
  });
});

describe("keys of a role", () => {
  it("are read anew with every request", async () => {
    const keys = { accessKeyId: "STS.a", accessKeySecret: "first", securityToken: "token" };
    const own = await startTablestoreEmulator({ keys });
    const env: Record<string, string> = {
      ALIBABA_CLOUD_ACCESS_KEY_ID: "STS.old",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "old",
      ALIBABA_CLOUD_SECURITY_TOKEN: "old",
    };
    const { instance, endpoint } = own;
    const location = { kind: "tablestore", instance, table: "state", endpoint } as const;
    const table = await openTablestoreTable(location, { ...OPTIONS, env });
    await expect(table.get(KEY)).rejects.toMatchObject({ code: "STATE_CREDENTIALS_REFUSED" });
    env["ALIBABA_CLOUD_ACCESS_KEY_ID"] = keys.accessKeyId;
    env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] = keys.accessKeySecret;
    env["ALIBABA_CLOUD_SECURITY_TOKEN"] = keys.securityToken;
    await prepareTablestore(location, { ...OPTIONS, env });
    expect(await table.get(KEY)).toBeUndefined();
    await table.close();
    await own.stop();
  });
});
