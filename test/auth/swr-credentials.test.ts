import { describe, expect, it, onTestFinished } from "vitest";
import { swrLogin } from "../../lib/auth/swr-credentials.ts";
import { startSwrEmulator, swrLoginOf } from "../support/swr-emulator.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { errorOf } from "./auth-bed.ts";
import { cloudPorts, huaweiEnv, KEYS, shown, TEMPORARY } from "./cloud-bed.ts";

const REGISTRY = "swr.cn-north-4.myhuaweicloud.com";
const FROM_SWR = { from: "swr" } as const;

async function openSwr(keys = TEMPORARY) {
  const clock = new VirtualClock();
  const emulator = await startSwrEmulator({ keys, nowMs: () => clock.now() });
  onTestFinished(() => emulator.server.stop());
  const env = huaweiEnv(keys, emulator.server.url);
  return { emulator, clock, env, ports: cloudPorts(env, { clock }) };
}

describe("swrLogin", () => {
  it("computes the password of permanent keys, and asks nobody", async () => {
    const { emulator, ports } = await openSwr(KEYS);
    expect(await shown(swrLogin(REGISTRY, FROM_SWR, ports))).toEqual({
      login: swrLoginOf("cn-north-4", KEYS),
      expiresAtMs: Number.POSITIVE_INFINITY,
    });
    expect(emulator.server.seen).toEqual([]);
  });

  it("computes what `openssl dgst -sha256 -hmac SK` gives for the AK", async () => {
    const env = { HUAWEICLOUD_SDK_AK: "EXAMPLEAK", HUAWEICLOUD_SDK_SK: "examplesecret" };
    const { login } = await shown(swrLogin(REGISTRY, FROM_SWR, cloudPorts(env)));
    expect(login).toBe(
      "cn-north-4@EXAMPLEAK:bae4c6a26b325997e9c5ba700939ae65e9cc2bec5f970fa08da2d148bf71c7fe",
    );
  });

  it.each([{}, { HUAWEICLOUD_SDK_PROJECT_ID: "p1" }])(
    "asks with temporary keys, %j",
    async (more) => {
      const { emulator, clock, env } = await openSwr();
      const ports = cloudPorts({ ...env, ...more }, { clock });
      expect(await shown(swrLogin(REGISTRY, FROM_SWR, ports))).toEqual({
        login: "cn-north-4@TEMP:password-1",
        expiresAtMs: clock.now() + 6 * 3_600_000,
      });
      expect(emulator.server.seen).toHaveLength(1);
    },
  );

  it("says what is missing or refused", async () => {
    const { env } = await openSwr();
    const none = await errorOf(swrLogin(REGISTRY, FROM_SWR, cloudPorts({})));
    expect(none).toMatchObject({ code: "CLOUD_KEYS_MISSING", remedy: "authenticate" });
    expect(none.hint).toContain("HUAWEICLOUD_SDK_AK");
    const wrong = cloudPorts({ ...env, HUAWEICLOUD_SDK_SK: "not-the-secret" });
    const refused = await errorOf(swrLogin(REGISTRY, FROM_SWR, wrong));
    expect(refused).toMatchObject({ code: "CLOUD_KEYS_REFUSED", status: 401 });
    expect(refused.message).toBe(`swr:CreateSecret on ${REGISTRY}: 401 APIGW.0301 wrong signature`);
    const elsewhere = await errorOf(swrLogin("swr.example.com", FROM_SWR, cloudPorts(env)));
    expect(elsewhere).toMatchObject({ code: "CLOUD_REGISTRY_UNKNOWN", remedy: "fixInput" });
  });
});
