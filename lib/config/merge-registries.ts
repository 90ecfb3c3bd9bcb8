import type { RegistrySettings } from "../http/origin-settings.ts";
import { normalizeRegistry } from "../oci/reference.ts";
import type { Environment } from "./expand-env.ts";
import type { RegistryConfigs } from "./loaded-config.ts";
import type { ReadText } from "./read-document.ts";

/** What the command line and the environment say of registries. */
export interface RegistryOverlay {
  /** File of registry settings; else `IMAGEFERRY_REGISTRIES`. */
  readonly registries?: string;
  /** Registries without TLS, each `host[:port]`. */
  readonly plainHttp?: readonly string[];
}

/** What is laid over, and how files are read. */
export interface OverlayOptions extends RegistryOverlay {
  readonly env: Environment;
  readonly read: ReadText;
}

/**
 * Lays the file of registry settings over a configuration's, where one is named, and over both
 * what is said of single registries.
 *
 * @throws {FerryError} what reading, checking and resolving the file throws.
 */
export async function overlayRegistries(
  base: RegistryConfigs,
  { registries, plainHttp = [], env, read }: OverlayOptions,
): Promise<RegistryConfigs> {
  const file = registries ?? env["IMAGEFERRY_REGISTRIES"];
  const plain = plainHttp.map((host) => ({ registry: normalizeRegistry(host), plainHttp: true }));
  const named = { registries: plain, credentials: new Map() };
  if (!file) return mergeRegistries(base, named);
  const { loadRegistriesFile } = await import("./registries-file.ts");
  const filed = mergeRegistries(base, await loadRegistriesFile({ file, env, read }));
  return mergeRegistries(filed, named);
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
