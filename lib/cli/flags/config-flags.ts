import { type Command, Option } from "commander";
import { registryList } from "./flag-value.ts";

/** How registries are reached, whatever a configuration says. */
export interface RegistrySettingsFlags {
  readonly registries?: string;
  readonly plainHttp?: readonly string[];
}

/** Where settings and credentials of registries are read from. */
export interface RegistryFlags extends RegistrySettingsFlags {
  readonly config?: string;
  readonly auth?: string;
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
  return addRegistrySettingsFlags(
    command
      .addOption(configFlag())
      .addOption(new Option("--auth <file>", "credentials file of image-syncer or image-migrator")),
  );
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
  return addRegistrySettingsFlags(addRuleFlags(command));
}

/** Adds the flags for settings of registries: in a file of their own, and the commonest here. */
export function addRegistrySettingsFlags(command: Command): Command {
  return command
    .addOption(new Option("--registries <file>", "settings of registries: endpoints, TLS, limits"))
    .addOption(
      new Option(
        "--plain-http <host>",
        "registries without TLS, host[:port]; repeat, or separate by commas",
      ).argParser(registryList),
    );
}

/** The flag for the configuration. */
export function configFlag(): Option {
  return new Option("-c, --config <file>", "configuration file; - is standard input");
}
