import { configuredKeychain } from "../auth/configured-keychain.ts";
import { spawnHelper } from "../auth/credential-helper.ts";
import { dockerConfigKeychain } from "../auth/docker-config.ts";
import { findDockerConfigs, readDockerConfig } from "../auth/docker-config-files.ts";
import { gcrOauthKeychain } from "../auth/gcr-oauth.ts";
import { type Keychain, keychainOf } from "../auth/keychain.ts";
import { readSecretFile } from "../auth/secret-file.ts";
import { createSecretResolver } from "../auth/secret-reference.ts";
import { systemRandom } from "../base/random.ts";
import { systemClock } from "../base/system-clock.ts";
import { type CountingTransport, countRequests } from "../http/counting-transport.ts";
import type { ConnectionSettings } from "../http/origin-settings.ts";
import { createWireTransport } from "../http/wire-transport.ts";
import { openState } from "../state/open-state.ts";
import { defaultStatePath, parseStateLocation } from "../state/state-location.ts";
import type { Ferry, FerryOptions } from "./ferry.ts";
import { keepHeapLean } from "./lean-heap.ts";
import { LocalFerry } from "./local-ferry.ts";
import { createRegistryFleet } from "./registry-fleet.ts";

/**
 * Builds the machine of one process: the only place where ports meet drivers.
 *
 * @throws {FerryError} `STATE_…` when the state cannot be used, `DOCKER_CONFIG_…`.
 */
export async function createFerry(options: FerryOptions): Promise<Ferry> {
  keepHeapLean(systemClock);
  const { env, home, userAgent, onEvent } = options;
  const location = parseStateLocation(options.state ?? defaultStatePath(env, home));
  const table = await openState(location, { clock: systemClock });
  const transport = createCountedTransport();
  const fleet = createRegistryFleet({
    settings: options.registries,
    env,
    keychain: await openKeychain(options, transport),
    clock: systemClock,
    random: systemRandom,
    userAgent,
    emit: onEvent,
    transport: transport.bind,
  });
  return new LocalFerry({
    table,
    fleet,
    requests: transport.requests,
    clock: systemClock,
    random: systemRandom,
    options,
  });
}

/** The real transport; its connections are told by the fleet, which needs the transport first. */
interface LateTransport extends CountingTransport {
  readonly bind: (
    connectionFor: (origin: string) => ConnectionSettings | undefined,
  ) => CountingTransport;
}

function createCountedTransport(): LateTransport {
  let connectionFor: (origin: string) => ConnectionSettings | undefined = () => undefined;
  const transport = countRequests(
    createWireTransport({ clock: systemClock, connectionFor: (origin) => connectionFor(origin) }),
  );
  return {
    ...transport,
    bind: (given) => {
      connectionFor = given;
      return transport;
    },
  };
}

/** Configuration first, then docker's and podman's files and helpers. */
async function openKeychain(
  options: FerryOptions,
  transport: CountingTransport,
): Promise<Keychain> {
  const { env, home, authFile } = options;
  const resolve = createSecretResolver({ env, readFile: readSecretFile });
  const named = authFile === undefined ? undefined : await readDockerConfig(authFile);
  const found = await findDockerConfigs(env, home);
  return gcrOauthKeychain(
    keychainOf(
      configuredKeychain(options.credentials, resolve),
      dockerConfigKeychain(named ? [named, ...found] : found, spawnHelper),
    ),
    { transport, clock: systemClock },
  );
}
