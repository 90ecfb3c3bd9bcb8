import { cloudVaults } from "../auth/cloud-vaults.ts";
import { readSecretFile } from "../auth/secret-file.ts";
import { createSecretResolver, type ResolveSecret } from "../auth/secret-reference.ts";
import { systemRandom } from "../base/random.ts";
import { systemClock } from "../base/system-clock.ts";
import { createApiTransport } from "../http/api-transport.ts";
import { cloudConnection } from "./cloud-connection.ts";
import type { FerryOptions } from "./ferry.ts";

/** Makes the resolver of references to secrets, for whoever needs nothing of registries. */
export function openSecrets(env: FerryOptions["env"]): ResolveSecret {
  const parts = { clock: systemClock, random: systemRandom };
  const transport = createApiTransport({
    connectionFor: (origin) => cloudConnection(origin, env),
  });
  const vaults = cloudVaults(env, { ...parts, transport });
  return createSecretResolver({ env, readFile: readSecretFile, vaults });
}
