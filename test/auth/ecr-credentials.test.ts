import { describe, expect, it, onTestFinished } from "vitest";
import { ecrLogin } from "../../lib/auth/ecr-credentials.ts";
import { type EcrEmulatorOptions, startEcrEmulator } from "../support/ecr-emulator.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { errorOf } from "./auth-bed.ts";
import { awsEnv, cloudPorts, KEYS, shown, TEMPORARY } from "./cloud-bed.ts";

const PRIVATE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const FROM_ECR = { from: "ecr" } as const;
const TWELVE_HOURS_MS = 12 * 3_600_000;

async function openEcr(options: Partial<EcrEmulatorOptions> = {}) {
  const clock = new VirtualClock();
  const emulator = await startEcrEmulator({ keys: KEYS, nowMs: () => clock.now(), ...options });
  onTestFinished(() => emulator.server.stop());
  const env = awsEnv(options.keys ?? KEYS, emulator.server.url);
  return { emulator, clock, env, ports: cloudPorts(env, { clock }) };
}

describe("ecrLogin", () => {
  it.each([
    [PRIVATE, "123456789012"],
    ["210987654321.dkr.ecr.cn-north-1.amazonaws.com.cn", "210987654321"],
    ["210987654321.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "210987654321"],
    ["210987654321.dkr-ecr.us-east-2.on.aws", "210987654321"],
  ])("asks for the password of %s", async (registry, accountId) => {
    const { emulator, clock, ports } = await openEcr();
    expect(await shown(ecrLogin(registry, FROM_ECR, ports))).toEqual({
      login: "AWS:password-1",
      expiresAtMs: clock.now() + TWELVE_HOURS_MS,
    });
    expect(emulator.calls("ecr:GetAuthorizationToken")).toEqual([{ registryIds: [accountId] }]);
  });

  it("asks with the temporary keys of a role, and with keys the configuration names", async () => {
    const { ports } = await openEcr({ keys: TEMPORARY });
    expect(await shown(ecrLogin(PRIVATE, FROM_ECR, ports))).toMatchObject({
      login: "AWS:password-1",
    });
    const named = await openEcr();
    const wrong = { ...named.env, AWS_ACCESS_KEY_ID: "other", OTHER_SECRET: KEYS.secret };
    const secret = { kind: "reference", reference: "env:OTHER_SECRET" } as const;
    const credential = { from: "ecr", keys: { id: KEYS.id, secret } } as const;
    const login = await shown(ecrLogin(PRIVATE, credential, cloudPorts(wrong)));
    expect(login).toMatchObject({ login: "AWS:password-1" });
  });

  it.each([
    ["permanent", KEYS],
    ["temporary", TEMPORARY],
  ])("asks for the password of the public registry with %s keys", async (_, keys) => {
    const { emulator, clock, ports } = await openEcr({ keys });
    expect(await shown(ecrLogin("public.ecr.aws", FROM_ECR, ports))).toEqual({
      login: "AWS:password-1",
      expiresAtMs: clock.now() + TWELVE_HOURS_MS,
    });
    expect(emulator.calls("ecr-public:GetAuthorizationToken")).toEqual([{}]);
  });

  it.each([
    [PRIVATE, "ecr:GetAuthorizationToken"],
    ["public.ecr.aws", "ecr-public:GetAuthorizationToken"],
  ])("tells why %s gets none", async (registry, action) => {
    const answers = [
      [400, "AccessDeniedException", "CLOUD_ACCESS_DENIED", "authenticate"],
      [400, "ExpiredTokenException", "CLOUD_KEYS_REFUSED", "authenticate"],
      [400, "UnrecognizedClientException", "CLOUD_KEYS_REFUSED", "authenticate"],
      [400, "InvalidParameterException", "CLOUD_REFUSED", "giveUp"],
    ] as const;
    for (const [status, code, ours, remedy] of answers) {
      const { ports } = await openEcr({ refuse: () => ({ status, code }) });
      const error = await errorOf(ecrLogin(registry, FROM_ECR, ports));
      expect(error).toMatchObject({ code: ours, remedy, status });
      expect(error.message).toContain(action);
      expect(error.message).toContain(code);
      expect(`${error.message}${error.hint}`).not.toContain(KEYS.secret);
    }
  });

  it("tries what passes again, and takes a wrong secret for wrong keys", async () => {
    let calls = 0;
    const refuse = () => (++calls === 1 ? { status: 503, code: "ServiceUnavailable" } : undefined);
    const { ports } = await openEcr({ refuse });
    expect(await shown(ecrLogin(PRIVATE, FROM_ECR, ports))).toMatchObject({
      login: "AWS:password-1",
    });
    const { env } = await openEcr();
    const wrong = cloudPorts({ ...env, AWS_SECRET_ACCESS_KEY: "wrong" });
    const error = await errorOf(ecrLogin(PRIVATE, FROM_ECR, wrong));
    expect(error).toMatchObject({ code: "CLOUD_KEYS_REFUSED", remedy: "authenticate" });
  });

  it("refuses names that are none of Amazon's", async () => {
    const { emulator, ports } = await openEcr();
    const error = await errorOf(ecrLogin("registry.example.com", FROM_ECR, ports));
    expect(error).toMatchObject({ code: "CLOUD_REGISTRY_UNKNOWN", remedy: "fixInput" });
    expect(emulator.server.seen).toEqual([]);
  });
});
