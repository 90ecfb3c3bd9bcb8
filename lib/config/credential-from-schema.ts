import { isAskable } from "../auth/cloud-hosts.ts";
import type { SecretSource } from "../auth/configured-keychain.ts";
import type { FerryError } from "../base/error.ts";
import { configError } from "./config-error.ts";
import type { CredentialsFields } from "./credentials-schema.ts";
import { type Environment, expandReference } from "./expand-env.ts";
import type { CredentialConfig } from "./loaded-config.ts";
import { registryOfKey } from "./registry-key.ts";

/**
 * Makes the credential of one registry, namespace or repository; secrets stay named.
 *
 * @param key of which registry, in normal form.
 * @throws {FerryError} `ENV_UNSET`; `CONFIG_INVALID` when a cloud is named that has no such registry.
 */
export function credentialFromFields(
  key: string,
  fields: CredentialsFields,
  env: Environment,
): CredentialConfig {
  const { username, password, identityToken, from, accessKeyId, accessKeySecret } = fields;
  if (identityToken !== undefined) return { identityToken: reference(identityToken) };
  if (username !== undefined && password !== undefined) {
    return { username: expandReference(username, env), password: reference(password) };
  }
  if (from === undefined || from === "docker-config") return { from: "docker-config" };
  if (!isAskable(from, registryOfKey(key))) throw notOfCloud(key, from);
  if (accessKeyId === undefined || accessKeySecret === undefined) return { from };
  const keys = { id: expandReference(accessKeyId, env), secret: reference(accessKeySecret) };
  return { from, keys };
}

function reference(name: string): SecretSource {
  return { kind: "reference", reference: name };
}

function notOfCloud(key: string, from: string): FerryError {
  return configError(
    "CONFIG_INVALID",
    `credentials of "${key}": from: ${from} does not fit, as the name is none of its registries`,
    "Write the registry's name as its cloud gives it; another address may stand in endpoint.",
  );
}
