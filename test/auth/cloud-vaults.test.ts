import { describe, expect, it, onTestFinished } from "vitest";
import { cloudVaults } from "../../lib/auth/cloud-vaults.ts";
import { createSecretResolver } from "../../lib/auth/secret-reference.ts";
import { startAlicloudEmulator } from "../support/alicloud-api-emulator.ts";
import { startSecretsEmulator } from "../support/secrets-emulator.ts";
import { errorOf } from "./auth-bed.ts";
import { alicloudEnv, awsEnv, cloudPorts, KEYS, TEMPORARY } from "./cloud-bed.ts";

const ARN = "arn:aws:secretsmanager:us-west-2:123456789012:secret:app-AbCdEf";
const VALUES: readonly [string, string][] = [
  ["app", "plain text"],
  ["pair", '{"username":"u","password":"hunter2","port":1}'],
  ["/team/token", "parameter"],
  [ARN, "by arn"],
  ["secret/ #1", "odd name"],
];

async function openVaults() {
  const values = new Map(VALUES);
  const aws = await startSecretsEmulator({
    keys: TEMPORARY,
    values,
    forbidden: new Set(["forbidden"]),
  });
  onTestFinished(() => aws.stop());
  const nowMs = () => 0;
  const alicloud = await startAlicloudEmulator({ keys: KEYS, nowMs, secrets: values });
  onTestFinished(() => alicloud.server.stop());
  const env: Record<string, string> = {
    ...awsEnv(TEMPORARY, aws.url),
    ...alicloudEnv(KEYS, alicloud.server.url),
  };
  const { wire, clock } = cloudPorts(env);
  const readFile = () => Promise.reject(new Error("no files here"));
  const resolve = createSecretResolver({ env, readFile, vaults: cloudVaults(env, wire) });
  return { aws, alicloud, values, env, clock, resolve };
}

describe("cloudVaults", () => {
  it.each([
    ["aws-sm:app", "plain text"],
    ["aws-sm:pair#password", "hunter2"],
    [`aws-sm:${ARN}`, "by arn"],
    ["aws-ssm:/team/token", "parameter"],
    ["aws-ssm:pair#username", "u"],
    ["ali-kms:app", "plain text"],
    ["ali-kms:pair#password", "hunter2"],
  ])("resolves %s", async (reference, expected) => {
    const { resolve } = await openVaults();
    expect((await resolve(reference)).reveal()).toBe(expected);
  });

  it("asks the region of an ARN", async () => {
    const { aws, resolve } = await openVaults();
    await resolve(`aws-sm:${ARN}`);
    expect(aws.seen[0]?.headers.authorization).toContain("/us-west-2/secretsmanager/");
  });

  it("asks once for many, keeps answers for five minutes, and asks anew when told to", async () => {
    const { aws, values, clock, resolve } = await openVaults();
    await Promise.all([resolve("aws-sm:app"), resolve("aws-sm:app"), resolve("aws-sm:app")]);
    await clock.advance(299_000);
    await resolve("aws-sm:app");
    expect(aws.seen).toHaveLength(1);
    values.set("app", "rotated");
    expect((await resolve("aws-sm:app", { fresh: true })).reveal()).toBe("rotated");
    expect(aws.seen).toHaveLength(2);
    await clock.advance(300_000);
    await resolve("aws-sm:app");
    expect(aws.seen).toHaveLength(3);
  });

  it.each([
    ["aws-sm:missing", "CLOUD_NOT_FOUND", "secretsmanager:GetSecretValue on missing"],
    ["aws-sm:forbidden", "CLOUD_ACCESS_DENIED", "secretsmanager:GetSecretValue on forbidden"],
    ["aws-ssm:missing", "CLOUD_NOT_FOUND", "ssm:GetParameter on missing"],
    ["aws-ssm:forbidden", "CLOUD_ACCESS_DENIED", "ssm:GetParameter on forbidden"],
    ["ali-kms:missing", "CLOUD_NOT_FOUND", "kms:GetSecretValue on missing"],
    ["aws-sm:app#password", "SECRET_UNRESOLVED", "it is no JSON object"],
    ["aws-sm:pair#port", "SECRET_UNRESOLVED", 'it has no text "port"'],
    ["ali-kms:pair#nothing", "SECRET_UNRESOLVED", 'it has no text "nothing"'],
  ])("says why %s cannot be resolved, without a value: %s", async (reference, code, words) => {
    const { resolve } = await openVaults();
    const error = await errorOf(resolve(reference));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
    expect(`${error.message}${error.hint}`).not.toMatch(/hunter2|plain text/);
  });

  it("says what has to be set", async () => {
    const { env, alicloud } = await openVaults();
    const resolveWith = (changed: Record<string, string | undefined>) => {
      const all = { ...env, ...changed };
      const vaults = cloudVaults(all, cloudPorts(env).wire);
      const readFile = () => Promise.reject(new Error("no files here"));
      return createSecretResolver({ env: all, readFile, vaults });
    };
    const noKeys = resolveWith({ ALIBABA_CLOUD_ACCESS_KEY_ID: undefined });
    expect(await errorOf(noKeys("ali-kms:app"))).toMatchObject({ code: "CLOUD_KEYS_MISSING" });
    const noRegion = resolveWith({ IMAGEFERRY_KMS_ENDPOINT: undefined });
    expect(await errorOf(noRegion("ali-kms:app"))).toMatchObject({
      code: "CLOUD_REGION_MISSING",
      remedy: "fixInput",
      hint: "Set ALIBABA_CLOUD_REGION_ID.",
    });
    const noUrl = resolveWith({ IMAGEFERRY_KMS_ENDPOINT: "kms.cn-hangzhou" });
    expect(await errorOf(noUrl("ali-kms:app"))).toMatchObject({
      code: "CLOUD_ENDPOINT_INVALID",
      remedy: "fixInput",
    });
    expect(alicloud.server.seen).toEqual([]);
  });
});
