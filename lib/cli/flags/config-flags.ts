import { type Command, Option } from "commander";

/** Where settings and credentials of registries are read from. */
export interface RegistryFlags {
  readonly config?: string;
  readonly auth?: string;
  readonly registries?: string;
}

/** Where rules are read from. */
export interface RuleFlags {
  readonly config?: string;
  readonly auth?: string;
  readonly images?: string;
  /** Registry for rules whose target is empty (image-syncer, image-migrator). */
  readonly registry?: string;
  /** Namespace for rules whose target is empty. */
  readonly namespace?: string;
}

/** Where rules, registries and credentials are read from. */
export interface ConfigFlags extends RegistryFlags, RuleFlags {}

/** Adds the flags that name files about registries, for commands whose images are named. */
export function addRegistryFlags(command: Command): Command {
  return command
    .addOption(configFlag())
    .addOption(new Option("--auth <file>", "credentials file of image-syncer or image-migrator"))
    .addOption(registriesFlag());
}

/** Adds the flags that name files of rules. */
export function addRuleFlags(command: Command): Command {
  return command
    .addOption(configFlag())
    .addOption(new Option("--images <file>", "rules file of image-syncer or image-migrator"))
    .addOption(new Option("--auth <file>", "credentials file of image-syncer or image-migrator"))
    .addOption(new Option("--registry <host>", "registry of rules whose target is empty"))
    .addOption(new Option("--namespace <path>", "namespace of rules whose target is empty"));
}

/** Adds every flag that names configuration files. */
export function addConfigFlags(command: Command): Command {
  return addRuleFlags(command).addOption(registriesFlag());
}

/** The flag for settings of registries in a file of their own. */
export function registriesFlag(): Option {
  return new Option("--registries <file>", "settings of registries: endpoints, TLS, limits");
}

/** The flag for the configuration. */
export function configFlag(): Option {
  return new Option("-c, --config <file>", "configuration file; - is standard input");
}
