import { Secret } from "../base/secret.ts";
import { findKeys } from "./access-keys.ts";
import { type AwsAccess, awsAccess } from "./aws-client.ts";
import type { CloudCredential, CloudLogin } from "./cloud-credential.ts";
import { ECR_PUBLIC, parseEcrHost, unknownRegistry } from "./cloud-hosts.ts";
import type { CloudPorts } from "./cloud-ports.ts";
import type { EcrToken } from "./ecr-api.ts";
import { ecrPublicToken } from "./ecr-public-api.ts";

/**
 * Asks Amazon for a password to a registry of ECR, private or public; good for twelve hours.
 *
 * @throws {FerryError} `CLOUD_REGISTRY_UNKNOWN` (fixInput) when the name is none of ECR's;
 * `CLOUD_KEYS_MISSING`, `CLOUD_KEYS_REFUSED`, `CLOUD_ACCESS_DENIED` (authenticate),
 * `CLOUD_UNAVAILABLE` (retry).
 */
export async function ecrLogin(
  registry: string,
  credential: CloudCredential,
  ports: CloudPorts,
): Promise<CloudLogin> {
  const access = await ecrAccess(credential, ports);
  if (registry === ECR_PUBLIC) return loginOf(await ecrPublicToken(access, ports.wire));
  const host = parseEcrHost(registry);
  if (host === undefined) throw unknownRegistry(registry, "ACCOUNT.dkr.ecr.REGION.amazonaws.com");
  const { ecrToken } = await import("./ecr-api.ts");
  return loginOf(await ecrToken(host, access));
}

/**
 * How the API of ECR is reached.
 *
 * @throws {FerryError} what resolving the secret throws.
 */
export async function ecrAccess(
  credential: CloudCredential,
  ports: CloudPorts,
): Promise<AwsAccess> {
  const access = awsAccess("ECR", ports.env);
  if (credential.keys === undefined) return access;
  const keys = await findKeys(credential, ports);
  return { ...access, ...(keys && { keys }) };
}

function loginOf({ token, expiresAtMs }: EcrToken): CloudLogin {
  const login = Buffer.from(token.reveal(), "base64").toString();
  const colon = login.indexOf(":");
  const password = new Secret(login.slice(colon + 1));
  return {
    credential: { kind: "basic", username: login.slice(0, Math.max(colon, 0)), password },
    expiresAtMs,
  };
}
