import { describe, expect, it } from "vitest";
import { awsAccess, awsError, regionOfArn } from "../../lib/auth/aws-client.ts";
import { ecrLogin } from "../../lib/auth/ecr-credentials.ts";
import { FerryError } from "../../lib/base/error.ts";
import { errorOf } from "./auth-bed.ts";
import { awsEnv, cloudPorts, KEYS } from "./cloud-bed.ts";
import { startServer } from "./local-server.ts";

const QUESTION = { action: "ecr:GetAuthorizationToken", resource: "r" };
const ENV = { AWS_ACCESS_KEY_ID: "AK", AWS_SECRET_ACCESS_KEY: "SK" };

describe("awsAccess", () => {
  it.each([
    [{}, {}],
    [ENV, { keys: "AK SK -" }],
    [{ ...ENV, AWS_SESSION_TOKEN: "T" }, { keys: "AK SK T" }],
    [{ ...ENV, AWS_PROFILE: "work" }, {}],
    [{ AWS_DEFAULT_REGION: "eu-west-1" }, { region: "eu-west-1" }],
    [{ AWS_ENDPOINT_URL: "http://a" }, { endpoint: "http://a" }],
    [{ AWS_ENDPOINT_URL: "http://a", AWS_ENDPOINT_URL_SSM: "http://b" }, { endpoint: "http://b" }],
  ])("reads %j", (env, expected) => {
    const { keys, ...rest } = awsAccess("SSM", env);
    const parts = keys && [keys.id, keys.secret.reveal(), keys.token?.reveal() ?? "-"];
    expect({ ...rest, ...(parts && { keys: parts.join(" ") }) }).toEqual(expected);
  });

  it("finds the region of an ARN only", () => {
    const arn = "arn:aws-cn:ssm:cn-north-1:1:parameter/a";
    expect([regionOfArn(arn), regionOfArn("/a/b")]).toEqual([{ region: "cn-north-1" }, {}]);
  });
});

describe("awsError", () => {
  it("tells missing keys and a missing region from refusals", () => {
    const noKeys = Object.assign(new Error("none"), { name: "CredentialsProviderError" });
    expect(awsError(noKeys, QUESTION)).toMatchObject({
      code: "CLOUD_KEYS_MISSING",
      remedy: "authenticate",
      hint: expect.stringContaining("AWS_ACCESS_KEY_ID"),
    });
    expect(awsError(new Error("Region is missing"), QUESTION)).toMatchObject({
      code: "CLOUD_REGION_MISSING",
      remedy: "fixInput",
    });
    const ours = new FerryError("ours", { code: "X", remedy: "giveUp" });
    expect(awsError(ours, QUESTION)).toBe(ours);
    expect(awsError(new TypeError("a slip"), QUESTION)).toMatchObject({ code: "INTERNAL" });
  });

  it("takes an API that does not answer for one that is away", async () => {
    const server = await startServer(() => ({ status: 200 }));
    await server.stop();
    const ports = cloudPorts(awsEnv(KEYS, server.url));
    const registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    const error = await errorOf(ecrLogin(registry, { from: "ecr" }, ports));
    expect(error).toMatchObject({ code: "CLOUD_UNAVAILABLE", remedy: "retry" });
    expect(error.message).toContain("ECONNREFUSED");
  });
});
