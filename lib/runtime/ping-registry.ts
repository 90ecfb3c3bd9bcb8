import type { Keychain } from "../auth/keychain.ts";
import type { CallOptions } from "../base/call-options.ts";
import { systemRandom } from "../base/random.ts";
import type { Secret } from "../base/secret.ts";
import { systemClock } from "../base/system-clock.ts";
import type { RegistrySettings } from "../http/origin-settings.ts";
import { createWireTransport } from "../http/wire-transport.ts";
import { createRegistryFleet } from "./registry-fleet.ts";

/** A user and a password to try at one registry. */
export interface PingCredential {
  /** `host[:port]` in normal form. */
  readonly registry: string;
  readonly username: string;
  readonly password: Secret;
}

/** How a login is tried. */
export interface PingOptions extends CallOptions {
  readonly registries: readonly RegistrySettings[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly userAgent: string;
}

/**
 * Proves a user and a password to a registry (distribution-spec, *Determining Support*).
 *
 * @throws {FerryError} `CREDENTIALS_REFUSED`, and faults of the network.
 */
export async function pingRegistry(login: PingCredential, options: PingOptions): Promise<void> {
  const { registry, username, password } = login;
  const keychain: Keychain = {
    credentialFor: async () => ({ kind: "basic", username, password }),
  };
  const { transport, client } = createRegistryFleet({
    settings: options.registries,
    env: options.env,
    keychain,
    clock: systemClock,
    random: systemRandom,
    userAgent: options.userAgent,
    emit: () => undefined,
    transport: (connectionFor) => createWireTransport({ clock: systemClock, connectionFor }),
  });
  try {
    const { signal } = options;
    const response = await client(registry).send({
      method: "GET",
      about: "ping",
      target: "/v2/",
      scopes: [{ kind: "catalog" }],
      ...(signal && { signal }),
    });
    await response.discard();
  } finally {
    await transport.close();
  }
}
