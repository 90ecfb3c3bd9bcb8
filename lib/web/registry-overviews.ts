import type { Clock } from "../base/clock.ts";
import type { HostLedger } from "../state/host-ledger.ts";
import type { SyncPolicy } from "../sync/policy.ts";
import type { RegistryOverview } from "./run-service.ts";

/** Registries that policies name, each once, in the order in which they come. */
export function registriesOf(policies: readonly SyncPolicy[]): readonly string[] {
  const named = policies.flatMap(({ source, targets }) => [
    source.registry,
    ...targets.map(({ repository }) => repository.registry),
  ]);
  return [...new Set(named)];
}

/** Tells what workers have heard from registries. */
export async function registryOverviews(
  registries: readonly string[],
  { hosts, clock }: { readonly hosts: HostLedger; readonly clock: Clock },
): Promise<readonly RegistryOverview[]> {
  const states = await hosts.read(registries);
  const now = clock.now();
  return registries.map((host) => {
    const state = states.find(({ registry }) => registry === host);
    const { backoffUntil = 0, limit, remaining } = state ?? {};
    return {
      host,
      ...(backoffUntil > now && { backoffUntil: new Date(backoffUntil).toISOString() }),
      ...(limit !== undefined && { limit }),
      ...(remaining !== undefined && { remaining }),
    };
  });
}
