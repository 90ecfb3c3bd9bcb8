import { describe, expect, it, onTestFinished } from "vitest";
import { acrLogin } from "../../lib/auth/acr-credentials.ts";
import { findAcrInstance } from "../../lib/auth/acr-instance.ts";
import {
  type AlicloudEmulatorOptions,
  startAlicloudEmulator,
} from "../support/alicloud-api-emulator.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { errorOf } from "./auth-bed.ts";
import { alicloudEnv, cloudPorts, KEYS, shown, TEMPORARY } from "./cloud-bed.ts";

const FROM_ACR = { from: "acr" } as const;
const ENTERPRISE = "registry.aliyuncs.com:cn-hangzhou:china:cri-abc123";
const HOUR_MS = 3_600_000;

async function openAcr(options: Partial<AlicloudEmulatorOptions> = {}) {
  const clock = new VirtualClock();
  const nowMs = () => clock.now();
  const emulator = await startAlicloudEmulator({ keys: KEYS, nowMs, ...options });
  onTestFinished(() => emulator.server.stop());
  const registry = emulator.server.url;
  const env = alicloudEnv(options.keys ?? KEYS, registry);
  return { emulator, clock, env, ports: cloudPorts(env, { clock, registry }) };
}

describe("acrLogin", () => {
  it.each([
    "registry.cn-hangzhou.aliyuncs.com",
    "registry-vpc.cn-hangzhou.aliyuncs.com",
    "registry-internal.cn-hangzhou.aliyuncs.com",
    "crpi-1a2b3c.cn-hangzhou.personal.cr.aliyuncs.com",
  ])("asks the personal edition for the password of %s, without a look at it", async (registry) => {
    const { emulator, clock, ports } = await openAcr();
    expect(await shown(acrLogin(registry, FROM_ACR, ports))).toEqual({
      login: "cr_temp_user:password-1",
      expiresAtMs: clock.now() + HOUR_MS,
    });
    const [request] = emulator.server.seen;
    expect(emulator.server.seen).toHaveLength(1);
    expect(request).toMatchObject({
      method: "GET",
      path: "/tokens",
      headers: { "x-acs-version": "2016-06-07" },
    });
  });

  it.each([
    ["team-registry.cn-hangzhou.cr.aliyuncs.com", ENTERPRISE],
    ["team-registry-vpc.cn-hangzhou.cr.aliyuncs.com", ENTERPRISE],
    ["images.example.com", "registry.aliyuncs.com:cn-hangzhou:cri-abc123"],
  ])("asks the Enterprise edition for %s by the challenge %s", async (registry, service) => {
    const { emulator, clock, ports } = await openAcr({ service, keys: TEMPORARY });
    expect(await shown(acrLogin(registry, FROM_ACR, ports))).toEqual({
      login: "cr_temp_user:password-1",
      expiresAtMs: clock.now() + HOUR_MS,
    });
    const [challenge, call] = emulator.server.seen;
    expect(challenge).toMatchObject({ method: "GET", path: "/v2/" });
    expect(challenge?.headers.authorization).toBeUndefined();
    expect(call).toMatchObject({
      method: "POST",
      path: "/",
      headers: { "x-acs-version": "2018-12-01", "x-acs-action": "GetAuthorizationToken" },
    });
    expect(call?.query.get("InstanceId")).toBe("cri-abc123");
  });

  it("asks the personal edition where a name of one's own belongs to it", async () => {
    const { emulator, ports } = await openAcr({
      service: "registry.aliyuncs.com:cn-beijing:26842",
    });
    await acrLogin("images.example.com", FROM_ACR, ports);
    expect(emulator.server.seen.at(-1)).toMatchObject({ path: "/tokens" });
  });

  it.each([
    [403, "Forbidden.RAM", "CLOUD_ACCESS_DENIED", "authenticate"],
    [403, "NoPermission", "CLOUD_ACCESS_DENIED", "authenticate"],
    [400, "InvalidSecurityToken.Expired", "CLOUD_KEYS_REFUSED", "authenticate"],
    [404, "InvalidAccessKeyId.NotFound", "CLOUD_KEYS_REFUSED", "authenticate"],
    [400, "Throttling.User", "CLOUD_UNAVAILABLE", "retry"],
    [503, "ServiceUnavailable", "CLOUD_UNAVAILABLE", "retry"],
    [400, "INSTANCE_STATUS_ABNORMAL", "CLOUD_REFUSED", "giveUp"],
  ])("makes of %d %s the error %s", async (status, code, ours, remedy) => {
    const { ports } = await openAcr({ service: ENTERPRISE, refuse: () => ({ status, code }) });
    const registry = "team-registry.cn-hangzhou.cr.aliyuncs.com";
    const error = await errorOf(acrLogin(registry, FROM_ACR, ports));
    expect(error).toMatchObject({ code: ours, remedy, status });
    expect(error.message).toBe(
      `cr:GetAuthorizationToken on ${registry}: ${status} ${code} refused by the emulator`,
    );
  });

  it("names the variables when there are no keys, and shows no secret when they are wrong", async () => {
    const { env } = await openAcr();
    const registry = "registry.cn-hangzhou.aliyuncs.com";
    const none = await errorOf(acrLogin(registry, FROM_ACR, cloudPorts({})));
    expect(none).toMatchObject({ code: "CLOUD_KEYS_MISSING", remedy: "authenticate" });
    expect(none.hint).toContain("ALIBABA_CLOUD_ACCESS_KEY_ID");
    const wrong = { ...env, ALIBABA_CLOUD_ACCESS_KEY_SECRET: "not-the-secret" };
    const refused = await errorOf(acrLogin(registry, FROM_ACR, cloudPorts(wrong)));
    expect(refused).toMatchObject({ code: "CLOUD_KEYS_REFUSED", remedy: "authenticate" });
    expect(`${refused.message}${refused.hint}`).not.toContain("not-the-secret");
  });

  it.each([undefined, "harbor-registry", "registry.aliyuncs.com:evil.example/x:cri-1"])(
    "takes no registry for Alibaba's whose challenge names %s",
    async (service) => {
      const { ports } = await openAcr(service === undefined ? {} : { service });
      const error = await errorOf(acrLogin("images.example.com", FROM_ACR, ports));
      expect(error).toMatchObject({ code: "CLOUD_REGISTRY_UNKNOWN", remedy: "fixInput" });
    },
  );
});

describe("findAcrInstance", () => {
  it.each([
    ["registry.cn-hangzhou.aliyuncs.com", "https://cr.cn-hangzhou.aliyuncs.com"],
    ["registry-vpc.cn-hangzhou.aliyuncs.com", "https://cr-vpc.cn-hangzhou.aliyuncs.com"],
    ["crpi-1a2b-vpc.cn-beijing.personal.cr.aliyuncs.com", "https://cr-vpc.cn-beijing.aliyuncs.com"],
  ])("finds the API of %s at %s", async (registry, origin) => {
    const { endpoint } = await findAcrInstance(registry, cloudPorts({}));
    expect(endpoint.origin).toBe(origin);
  });
});
