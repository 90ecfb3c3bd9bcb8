import { describe, expect, it, onTestFinished } from "vitest";
import type { CloudCredential } from "../../lib/auth/cloud-credential.ts";
import { systemRandom } from "../../lib/base/random.ts";
import { systemClock } from "../../lib/base/system-clock.ts";
import { createWireTransport } from "../../lib/http/wire-transport.ts";
import { digestOf } from "../../lib/oci/digest.ts";
import { cloudConnection } from "../../lib/runtime/cloud-connection.ts";
import { openRegistryAccess } from "../../lib/runtime/registry-access.ts";
import { createRegistryFleet } from "../../lib/runtime/registry-fleet.ts";
import { alicloudEnv, awsEnv, huaweiEnv, KEYS } from "../auth/cloud-bed.ts";
import { contentOf, failureOf } from "../registry/registry-rig.ts";
import { startAlicloudEmulator } from "../support/alicloud-api-emulator.ts";
import { startEcrEmulator } from "../support/ecr-emulator.ts";
import type { FakeRegistryOptions } from "../support/fake-registry/options.ts";
import { createFakeRegistry } from "../support/fake-registry.ts";
import { startSwrEmulator, swrLoginOf } from "../support/swr-emulator.ts";

const ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const ACR = "team-registry.cn-hangzhou.cr.aliyuncs.com";
const SWR = "swr.cn-north-4.myhuaweicloud.com";
const LAYER = Buffer.from("a layer");
const nowMs = () => Date.now();

/** A registry over a socket, and everything that is between a configuration and it. */
async function openRegistry(
  registry: string,
  fakeOptions: FakeRegistryOptions,
  from: CloudCredential["from"],
) {
  const fake = createFakeRegistry(fakeOptions);
  const listening = await fake.listen();
  onTestFinished(() => listening.close());
  const open = async (env: Record<string, string>, createRepositories: boolean) => {
    const settings = {
      registry,
      endpoint: listening.url,
      ...(createRepositories && { createRepositories: {} }),
    };
    let connectionFor: Parameters<Parameters<typeof createRegistryFleet>[0]["transport"]>[0];
    const transport = createWireTransport({
      clock: systemClock,
      connectionFor: (origin) => cloudConnection(origin, env) ?? connectionFor(origin),
    });
    onTestFinished(() => transport.close());
    const options = {
      env,
      home: "/nowhere",
      registries: [settings],
      credentials: new Map([[registry, { from } as const]]),
    };
    const wire = { transport, clock: systemClock, random: systemRandom };
    return createRegistryFleet({
      settings: [settings],
      env,
      ...(await openRegistryAccess(options, wire)),
      clock: systemClock,
      random: systemRandom,
      userAgent: "imageferry/test",
      emit: () => undefined,
      transport: (asked) => {
        connectionFor = asked;
        return transport;
      },
    });
  };
  const push = async (fleet: Awaited<ReturnType<typeof open>>, repository: string) => {
    const target = fleet.target({ registry, repository });
    await target.listTags();
    const session = await target.startUpload();
    await session.commit(digestOf(LAYER), contentOf(LAYER));
  };
  return { fake, listening, open, push };
}

describe("openRegistryAccess", () => {
  it("pushes into ECR: password and repository from its API, one of each for twenty uploads", async () => {
    const auth = { kind: "basic", username: "AWS", password: "password-1" } as const;
    const { fake, open, push } = await openRegistry(
      ECR,
      { auth, quirks: { requireRepo: true } },
      "ecr",
    );
    const onCreated = (repository: string) => fake.createRepository(repository);
    const emulator = await startEcrEmulator({ keys: KEYS, nowMs, onCreated });
    onTestFinished(() => emulator.server.stop());
    const env = awsEnv(KEYS, emulator.server.url);
    const fleet = await open(env, true);
    await Promise.all(Array.from({ length: 20 }, () => push(fleet, "team/app")));
    expect(emulator.calls("ecr:GetAuthorizationToken")).toHaveLength(1);
    expect(emulator.calls("ecr:CreateRepository")).toHaveLength(1);
    expect(fake.store.get("team/app")?.blobs.has(digestOf(LAYER))).toBe(true);
  });

  it("says how missing repositories could be made where that is not asked for", async () => {
    const { open, push } = await openRegistry(ECR, { quirks: { requireRepo: true } }, "ecr");
    const error = await failureOf(push(await open({}, false), "team/app"));
    expect(error).toMatchObject({ code: "NAME_UNKNOWN", remedy: "fixInput" });
    expect(error.hint).toContain("createRepositories: true");
  });

  it("pushes into ACR, whose token server grants nothing where nothing is", async () => {
    const service = "registry.aliyuncs.com:cn-hangzhou:china:cri-abc123";
    const auth = { kind: "bearer", username: "cr_temp_user", password: "password-1" } as const;
    const { fake, listening, open, push } = await openRegistry(ACR, { auth }, "acr");
    const challenge = [`Bearer realm="${listening.url.origin}/token",service="${service}"`];
    fake.setQuirks({ challenge, grant: "none" });
    const onCreated = () => fake.setQuirks({ challenge });
    const emulator = await startAlicloudEmulator({ keys: KEYS, nowMs, onCreated });
    onTestFinished(() => emulator.server.stop());
    const fleet = await open(alicloudEnv(KEYS, emulator.server.url), true);
    await push(fleet, "team/app");
    expect([...emulator.repositories.keys()]).toEqual(["team/app"]);
    expect(fake.store.get("team/app")?.blobs.has(digestOf(LAYER))).toBe(true);
  });

  it("pushes into SWR with the password of permanent keys, once the organization is made", async () => {
    const [username = "", password = ""] = swrLoginOf("cn-north-4", KEYS).split(":");
    const auth = { kind: "bearer", username, password } as const;
    const { fake, open, push } = await openRegistry(
      SWR,
      { auth, quirks: { requireProject: true } },
      "swr",
    );
    const onCreated = (organization: string) => fake.createProject(organization);
    const emulator = await startSwrEmulator({ keys: KEYS, nowMs, onCreated });
    onTestFinished(() => emulator.server.stop());
    const fleet = await open(huaweiEnv(KEYS, emulator.server.url), true);
    await push(fleet, "team/app");
    expect([...emulator.organizations]).toEqual(["team"]);
  });
});

describe("cloudConnection", () => {
  it.each([
    ["https://cr-vpc.cn-hangzhou.aliyuncs.com", { allowPrivate: true, allowLoopback: false }],
    ["http://127.0.0.1:4566", { allowPrivate: true, allowLoopback: true }],
    ["https://cr.cn-hangzhou.aliyuncs.com", undefined],
    ["https://cr-vpc.cn-hangzhou.aliyuncs.com.evil.example", undefined],
    ["http://127.0.0.1:4567", undefined],
  ])("lets %s be at %j", (origin, expected) => {
    const env = { IMAGEFERRY_ACR_ENDPOINT: "http://127.0.0.1:4566/" };
    expect(cloudConnection(origin, env)).toEqual(expected);
  });
});
