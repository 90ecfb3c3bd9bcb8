import type { CloudLogin } from "../../lib/auth/cloud-credential.ts";
import type { CloudPorts } from "../../lib/auth/cloud-ports.ts";
import type { Credential } from "../../lib/auth/credential.ts";
import { createSecretResolver } from "../../lib/auth/secret-reference.ts";
import { systemRandom } from "../../lib/base/random.ts";
import type { KnownKeys } from "../support/request-signature.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { nodeTransport } from "./node-transport.ts";

/** Permanent keys that emulators know. */
export const KEYS: KnownKeys = { id: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCY" };

/** Temporary keys that emulators know. */
export const TEMPORARY: KnownKeys = { ...KEYS, token: "session-token/with+signs==" };

/** A login as `user:password`: secrets are all alike to a comparison. */
export function revealed(credential: Credential | undefined): string {
  if (credential?.kind !== "basic") return `no login but ${credential?.kind}`;
  return `${credential.username}:${credential.password.reveal()}`;
}

/** What a cloud handed out, its login as `user:password`. */
export async function shown(login: Promise<CloudLogin>) {
  const { credential, expiresAtMs } = await login;
  return { login: revealed(credential), expiresAtMs };
}

/** The variables of AWS that hold keys, and lead every call to an emulator. */
export function awsEnv(keys: KnownKeys, endpoint: URL): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: keys.id,
    AWS_SECRET_ACCESS_KEY: keys.secret,
    AWS_REGION: "eu-west-1",
    AWS_ENDPOINT_URL: endpoint.origin,
    ...(keys.token !== undefined && { AWS_SESSION_TOKEN: keys.token }),
  };
}

/** The variables of Alibaba Cloud that hold keys, and lead every call to an emulator. */
export function alicloudEnv(keys: KnownKeys, endpoint: URL): Record<string, string> {
  return {
    ALIBABA_CLOUD_ACCESS_KEY_ID: keys.id,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: keys.secret,
    IMAGEFERRY_ACR_ENDPOINT: endpoint.origin,
    IMAGEFERRY_KMS_ENDPOINT: endpoint.origin,
    ...(keys.token !== undefined && { ALIBABA_CLOUD_SECURITY_TOKEN: keys.token }),
  };
}

/** The variables of Huawei Cloud that hold keys, and lead every call to an emulator. */
export function huaweiEnv(keys: KnownKeys, endpoint: URL): Record<string, string> {
  return {
    HUAWEICLOUD_SDK_AK: keys.id,
    HUAWEICLOUD_SDK_SK: keys.secret,
    IMAGEFERRY_SWR_ENDPOINT: endpoint.origin,
    ...(keys.token !== undefined && { HUAWEICLOUD_SDK_SECURITY_TOKEN: keys.token }),
  };
}

/** Ports over real sockets and a clock that stands still; every registry is at `registry`. */
export function cloudPorts(
  env: Readonly<Record<string, string>>,
  { registry = new URL("http://127.0.0.1:9"), clock = new VirtualClock() } = {},
): CloudPorts & { readonly clock: VirtualClock } {
  const readFile = () => Promise.reject(new Error("no files here"));
  return {
    env,
    clock,
    resolve: createSecretResolver({ env, readFile }),
    wire: { transport: nodeTransport(), clock, random: systemRandom },
    originOf: () => registry,
  };
}
