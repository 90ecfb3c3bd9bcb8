import type { RegistrySettings } from "../http/origin-settings.ts";
import type { RegistryConfigs } from "./loaded-config.ts";

/**
 * Joins two sources of registry settings, setting by setting; where both say something, `over`
 * counts.
 */
export function mergeRegistries(base: RegistryConfigs, over: RegistryConfigs): RegistryConfigs {
  const registries = new Map(base.registries.map((settings) => [settings.registry, settings]));
  for (const settings of over.registries) {
    registries.set(settings.registry, mergeSettings(registries.get(settings.registry), settings));
  }
  return {
    registries: [...registries.values()],
    credentials: new Map([...base.credentials, ...over.credentials]),
  };
}

function mergeSettings(
  base: RegistrySettings | undefined,
  over: RegistrySettings,
): RegistrySettings {
  const tls = { ...base?.tls, ...over.tls };
  return { ...base, ...over, ...(Object.keys(tls).length > 0 && { tls }) };
}
