import { cloudAsker } from "../auth/ask-cloud.ts";
import type { CloudWire } from "../auth/cloud-call.ts";
import { isCloudCredential } from "../auth/cloud-credential.ts";
import { cloudOfHost } from "../auth/cloud-hosts.ts";
import { cloudKeychain } from "../auth/cloud-keychain.ts";
import type { CloudPorts } from "../auth/cloud-ports.ts";
import { cloudVaults } from "../auth/cloud-vaults.ts";
import { configuredKeychain } from "../auth/configured-keychain.ts";
import { spawnHelper } from "../auth/credential-helper.ts";
import { dockerConfigKeychain } from "../auth/docker-config.ts";
import { findDockerConfigs, readDockerConfig } from "../auth/docker-config-files.ts";
import { gcrOauthKeychain } from "../auth/gcr-oauth.ts";
import { longestMatch } from "../auth/key-match.ts";
import { type Keychain, keychainOf } from "../auth/keychain.ts";
import { readSecretFile } from "../auth/secret-file.ts";
import { createSecretResolver } from "../auth/secret-reference.ts";
import { cloudRepositoryMaker } from "../registry/cloud-repository-maker.ts";
import { registryOrigin } from "../registry/registry-origin.ts";
import type { FindRepositoryMaker } from "../registry/repository-maker.ts";
import type { FerryOptions } from "./ferry.ts";

/** What a ferry may do at registries: prove who it is, and make repositories. */
export interface RegistryAccess {
  readonly keychain: Keychain;
  readonly makerOf: FindRepositoryMaker;
}

/** The part of a ferry's options that says so. */
export type AccessOptions = Pick<
  FerryOptions,
  "env" | "home" | "authFile" | "registries" | "credentials"
>;

/**
 * Opens the keychain, configuration first, then docker's and podman's files and helpers, and the
 * makers of missing repositories.
 *
 * @throws {FerryError} `DOCKER_CONFIG_…`.
 */
export async function openRegistryAccess(
  options: AccessOptions,
  wire: CloudWire,
): Promise<RegistryAccess> {
  const { env, home, authFile, registries, credentials } = options;
  const vaults = cloudVaults(env, wire);
  const resolve = createSecretResolver({ env, readFile: readSecretFile, vaults });
  const settings = new Map(registries.map((entry) => [entry.registry, entry]));
  const originOf = (registry: string) => registryOrigin(settings.get(registry) ?? { registry });
  const ports: CloudPorts = { env, resolve, wire, originOf };
  const named = authFile === undefined ? undefined : await readDockerConfig(authFile);
  const found = await findDockerConfigs(env, home);
  const keychain = keychainOf(
    cloudKeychain(credentials, { ask: cloudAsker(ports), clock: wire.clock }),
    configuredKeychain(credentials, resolve),
    dockerConfigKeychain(named ? [named, ...found] : found, spawnHelper),
  );
  return { keychain: gcrOauthKeychain(keychain, wire), makerOf: makers(options, ports) };
}

function makers({ registries, credentials }: AccessOptions, ports: CloudPorts) {
  const creations = new Map(
    registries.map(({ registry, createRepositories }) => [registry, createRepositories]),
  );
  const makerOf: FindRepositoryMaker = (name) => {
    const { registry } = name;
    const creation = creations.get(registry);
    if (!creation) return undefined;
    const entry = longestMatch(credentials, name);
    const from = cloudOfHost(registry);
    const credential = entry && isCloudCredential(entry) ? entry : from && { from };
    return credential && cloudRepositoryMaker({ registry, credential, creation, ports });
  };
  return makerOf;
}
