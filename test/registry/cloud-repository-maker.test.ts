import { describe, expect, it, onTestFinished } from "vitest";
import type { CloudCredential } from "../../lib/auth/cloud-credential.ts";
import type { RepositoryCreation } from "../../lib/http/origin-settings.ts";
import { cloudRepositoryMaker } from "../../lib/registry/cloud-repository-maker.ts";
import { alicloudEnv, awsEnv, cloudPorts, huaweiEnv, KEYS, TEMPORARY } from "../auth/cloud-bed.ts";
import {
  type AlicloudEmulatorOptions,
  startAlicloudEmulator,
} from "../support/alicloud-api-emulator.ts";
import { type EcrEmulatorOptions, startEcrEmulator } from "../support/ecr-emulator.ts";
import { startSwrEmulator } from "../support/swr-emulator.ts";
import { failureOf } from "./registry-rig.ts";

const nowMs = () => 0;

async function openEcr(creation: RepositoryCreation, options: Partial<EcrEmulatorOptions> = {}) {
  const emulator = await startEcrEmulator({ keys: KEYS, nowMs, ...options });
  onTestFinished(() => emulator.server.stop());
  const credential: CloudCredential = { from: "ecr" };
  const registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
  const ports = cloudPorts(awsEnv(KEYS, emulator.server.url));
  return { emulator, maker: cloudRepositoryMaker({ registry, credential, creation, ports }) };
}

describe("cloudRepositoryMaker for Amazon ECR", () => {
  it.each<[RepositoryCreation, object]>([
    [{}, { imageTagMutability: "MUTABLE", imageScanningConfiguration: { scanOnPush: false } }],
    [
      { scanOnPush: true, immutableTags: true },
      { imageTagMutability: "IMMUTABLE", imageScanningConfiguration: { scanOnPush: true } },
    ],
  ])("makes repositories with %j", async (creation, expected) => {
    const { emulator, maker } = await openEcr(creation);
    await maker.make("team/deep/app");
    await maker.make("team/deep/app");
    expect([...emulator.repositories]).toEqual(["team/deep/app"]);
    expect(emulator.calls("ecr:CreateRepository")[0]).toEqual({
      registryId: "123456789012",
      repositoryName: "team/deep/app",
      ...expected,
    });
  });

  it("names action and repository when it may not", async () => {
    const refuse = () => ({ status: 400, code: "AccessDeniedException" });
    const { maker } = await openEcr({}, { refuse });
    const error = await failureOf(maker.make("team/app"));
    expect(error).toMatchObject({ code: "CLOUD_ACCESS_DENIED", remedy: "authenticate" });
    expect(error.hint).toContain(
      "Allow ecr:CreateRepository on arn:*:ecr:eu-west-1:123456789012:repository/team/app",
    );
  });
});

const ENTERPRISE = "registry.aliyuncs.com:cn-hangzhou:china:cri-abc123";

async function openAcr(
  registry: string,
  options: Partial<AlicloudEmulatorOptions> & { readonly creation?: RepositoryCreation } = {},
) {
  const { creation = {}, ...more } = options;
  const emulator = await startAlicloudEmulator({ keys: KEYS, nowMs, service: ENTERPRISE, ...more });
  onTestFinished(() => emulator.server.stop());
  const ports = cloudPorts(alicloudEnv(KEYS, emulator.server.url), {
    registry: emulator.server.url,
  });
  const credential: CloudCredential = { from: "acr" };
  return { emulator, maker: cloudRepositoryMaker({ registry, credential, creation, ports }) };
}

const PERSONAL_HOST = "registry.cn-hangzhou.aliyuncs.com";
const ENTERPRISE_HOST = "team-registry.cn-hangzhou.cr.aliyuncs.com";

describe.each([
  ["personal", PERSONAL_HOST, "CreateRepo", "GetRepo"],
  ["Enterprise", ENTERPRISE_HOST, "CreateRepository", "GetRepository"],
])("cloudRepositoryMaker for the %s edition of ACR", (_, registry, create, get) => {
  it("makes the namespace only when it is missing, and the repository private", async () => {
    const { emulator, maker } = await openAcr(registry);
    await maker.make("team/app");
    expect(emulator.actions).toEqual([create, "CreateNamespace", create]);
    await maker.make("team/other");
    expect(emulator.actions.slice(3)).toEqual([create]);
    expect([...emulator.repositories]).toEqual([
      ["team/app", { RepoType: "PRIVATE", Summary: "Made by imageferry" }],
      ["team/other", { RepoType: "PRIVATE", Summary: "Made by imageferry" }],
    ]);
  });

  it("takes a lost race for a success", async () => {
    const { emulator, maker } = await openAcr(registry);
    await Promise.all(Array.from({ length: 5 }, () => maker.make("team/app")));
    expect(emulator.repositories.size).toBe(1);
  });

  it("tells what exists", async () => {
    const { emulator, maker } = await openAcr(registry);
    expect(await maker.exists?.("team/app")).toBe(false);
    await maker.make("team/app");
    expect(await maker.exists?.("team/app")).toBe(true);
    expect(emulator.actions.filter((action) => action === get)).toHaveLength(2);
  });

  it("names action and repository when it may not, and wants a namespace", async () => {
    const refuse = (action: string) =>
      action === create ? { status: 403, code: "NoPermission" } : undefined;
    const { maker } = await openAcr(registry, { refuse });
    const error = await failureOf(maker.make("team/app"));
    expect(error).toMatchObject({ code: "CLOUD_ACCESS_DENIED", remedy: "authenticate" });
    expect(error.hint).toContain(`Allow cr:${create} on ${registry}/team/app`);
    const alone = await failureOf(maker.make("app"));
    expect(alone).toMatchObject({ code: "NAME_NOT_ALLOWED", remedy: "fixInput" });
  });
});

describe("cloudRepositoryMaker with immutable tags", () => {
  it("asks the Enterprise edition for them, and refuses them for the personal one", async () => {
    const creation = { immutableTags: true };
    const enterprise = await openAcr(ENTERPRISE_HOST, { creation });
    await enterprise.maker.make("team/app");
    expect(enterprise.emulator.repositories.get("team/app")).toMatchObject({
      TagImmutability: "true",
    });
    const personal = await openAcr(PERSONAL_HOST, { creation });
    const error = await failureOf(personal.maker.make("team/app"));
    expect(error).toMatchObject({ code: "UNSUPPORTED", remedy: "fixInput" });
  });
});

describe("cloudRepositoryMaker for Huawei SWR", () => {
  it("makes the organization, whether it exists or not", async () => {
    const emulator = await startSwrEmulator({ keys: TEMPORARY, nowMs });
    onTestFinished(() => emulator.server.stop());
    const maker = cloudRepositoryMaker({
      registry: "swr.cn-north-4.myhuaweicloud.com",
      credential: { from: "swr" },
      creation: {},
      ports: cloudPorts(huaweiEnv(TEMPORARY, emulator.server.url)),
    });
    await maker.make("team/app");
    await maker.make("team/other");
    expect([...emulator.organizations]).toEqual(["team"]);
    expect(emulator.server.seen).toHaveLength(2);
  });
});
