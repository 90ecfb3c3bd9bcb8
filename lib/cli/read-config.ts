import type { LoadedConfig, RegistryConfigs } from "../config/loaded-config.ts";
import type { RuleProblem } from "../sync/report.ts";
import type { CliContext } from "./cli-context.ts";
import type { ConfigFlags, RegistryFlags } from "./flags/config-flags.ts";
import { cleanText } from "./output/clean-text.ts";

/** Settings and credentials of registries. */
export type Registries = Pick<RegistryConfigs, "registries" | "credentials">;

/**
 * Reads the configuration that flags, variables or the usual places name, and tells its warnings.
 *
 * @throws {FerryError} what `loadConfig` throws, all fixInput.
 */
export async function readConfig(flags: ConfigFlags, context: CliContext): Promise<LoadedConfig> {
  const { env, home } = context.terminal;
  const { loadConfig } = await import("../config/load-config.ts");
  const loaded = await loadConfig({ env, home, ...configOptionsOf(flags) });
  tellWarnings(loaded.warnings, context);
  return loaded;
}

/**
 * Reads how registries are reached, for commands whose images stand on the command line: of a
 * configuration its rules do not count, and none is needed.
 *
 * @throws {FerryError} what `loadRegistries` throws, all fixInput.
 */
export async function readRegistries(
  flags: RegistryFlags,
  context: CliContext,
): Promise<Registries> {
  const { env, home } = context.terminal;
  const { loadRegistries } = await import("../config/load-registries.ts");
  return registriesOf(await loadRegistries({ env, home, ...registryOptionsOf(flags) }));
}

/** What flags say of a configuration, as `loadConfig` takes it. */
export function configOptionsOf(flags: ConfigFlags): ConfigFlags {
  const { images, registry, namespace } = flags;
  return {
    ...registryOptionsOf(flags),
    ...(images !== undefined && { images }),
    ...(registry !== undefined && { registry }),
    ...(namespace !== undefined && { namespace }),
  };
}

function registryOptionsOf({ config, auth, registries, plainHttp }: RegistryFlags): RegistryFlags {
  return {
    ...(config !== undefined && { config }),
    ...(auth !== undefined && { auth }),
    ...(registries !== undefined && { registries }),
    ...(plainHttp !== undefined && { plainHttp }),
  };
}

/** Tells what is odd about a configuration and no error. */
export function tellWarnings(warnings: readonly string[], { terminal }: CliContext): void {
  for (const warning of warnings) terminal.stderr.write(`Warning: ${cleanText(warning)}\n`);
}

/** The part of a configuration that says how registries are reached. */
export function registriesOf({ registries, credentials }: RegistryConfigs): Registries {
  return { registries, credentials };
}

/** Rules that were refused, as reports hold them. */
export function ruleProblemsOf(problems: LoadedConfig["problems"]): readonly RuleProblem[] {
  return problems.map(({ rule, error: { code, message, hint } }) => ({
    rule,
    code,
    message,
    ...(hint !== undefined && { hint }),
  }));
}
