import type { Environment } from "../config/expand-env.ts";
import type { LoadedConfig, RegistryConfigs } from "../config/loaded-config.ts";
import type { RuleProblem } from "../sync/report.ts";
import type { CliContext } from "./cli-context.ts";
import type { ConfigFlags } from "./flags/config-flags.ts";
import { cleanText } from "./output/clean-text.ts";

/** Settings and credentials of registries. */
export type Registries = Pick<RegistryConfigs, "registries" | "credentials">;

const NO_REGISTRIES: Registries = { registries: [], credentials: new Map() };

/**
 * Reads the configuration that flags, variables or the usual places name, and tells its warnings.
 *
 * @throws {FerryError} what `loadConfig` throws, all fixInput.
 */
export async function readConfig(flags: ConfigFlags, context: CliContext): Promise<LoadedConfig> {
  const { env, home, stderr } = context.terminal;
  const { config, auth, images, registries, registry, namespace } = flags;
  const { loadConfig } = await import("../config/load-config.ts");
  const loaded = await loadConfig({
    env,
    home,
    ...(config !== undefined && { config }),
    ...(auth !== undefined && { auth }),
    ...(images !== undefined && { images }),
    ...(registries !== undefined && { registries }),
    ...(registry !== undefined && { registry }),
    ...(namespace !== undefined && { namespace }),
  });
  for (const warning of loaded.warnings) stderr.write(`Warning: ${cleanText(warning)}\n`);
  return loaded;
}

/**
 * Reads how registries are reached, for commands whose images stand on the command line: only
 * files that are named count, no rules are needed.
 *
 * @throws {FerryError} what `readConfig` throws.
 */
export async function readRegistries(flags: ConfigFlags, context: CliContext): Promise<Registries> {
  if (flags.config !== undefined || flags.images !== undefined) {
    return registriesOf(await readConfig(flags, context));
  }
  const { env } = context.terminal;
  const { auth, registries: file } = flags;
  const accounts = auth === undefined ? NO_REGISTRIES : await readAccounts(auth, env);
  return file === undefined ? accounts : mergeWithFile(accounts, file, env);
}

/** The part of a configuration that says how registries are reached. */
export function registriesOf({ registries, credentials }: RegistryConfigs): Registries {
  return { registries, credentials };
}

/** The rules of a configuration that were refused, as reports hold them. */
export function ruleProblemsOf(config: LoadedConfig): readonly RuleProblem[] {
  return config.problems.map(({ rule, error: { code, message, hint } }) => ({
    rule,
    code,
    message,
    ...(hint !== undefined && { hint }),
  }));
}

/** image-syncer's file of credentials, without its rules. */
async function readAccounts(file: string, env: Environment): Promise<Registries> {
  const [{ readDocument }, { readText }, { sectionOf }, { readAuth }] = await Promise.all([
    import("../config/read-document.ts"),
    import("../config/read-text.ts"),
    import("../config/config-section.ts"),
    import("../config/image-syncer/read-auth.ts"),
  ]);
  const document = await readDocument(file, readText);
  return registriesOf(readAuth(sectionOf(document, document.root, "registry"), env));
}

async function mergeWithFile(own: Registries, file: string, env: Environment): Promise<Registries> {
  const [{ loadRegistriesFile }, { mergeRegistries }, { readText }] = await Promise.all([
    import("../config/registries-file.ts"),
    import("../config/merge-registries.ts"),
    import("../config/read-text.ts"),
  ]);
  return mergeRegistries(own, await loadRegistriesFile({ file, env, read: readText }));
}
