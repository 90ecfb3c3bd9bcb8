import type { RegistrySettings } from "../http/origin-settings.ts";
import type { Environment } from "./expand-env.ts";
import type { RegistryConfigs } from "./loaded-config.ts";
import type { ReadText } from "./read-document.ts";

/** Where a file of registry settings may be named. */
export interface OverlayOptions {
  /** `--registries`; else `IMAGEFERRY_REGISTRIES`. */
  readonly registries?: string;
  readonly env: Environment;
  readonly read: ReadText;
}

/**
 * Lays the file of registry settings over a configuration's, where one is named.
 *
 * @throws {FerryError} what reading, checking and resolving the file throws.
 */
export async function overlayRegistriesFile(
  base: RegistryConfigs,
  { registries, env, read }: OverlayOptions,
): Promise<RegistryConfigs> {
  const file = registries ?? env["IMAGEFERRY_REGISTRIES"];
  if (!file) return base;
  const { loadRegistriesFile } = await import("./registries-file.ts");
  return mergeRegistries(base, await loadRegistriesFile({ file, env, read }));
}

/**
 * Joins two sources of registry settings, setting by setting; where both say something, `over`
 * counts.
 */
function mergeRegistries(base: RegistryConfigs, over: RegistryConfigs): RegistryConfigs {
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
