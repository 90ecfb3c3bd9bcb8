import { type Command, Option } from "commander";

/** Where rules, registries and credentials are read from. */
export interface ConfigFlags {
  readonly config?: string;
  readonly auth?: string;
  readonly images?: string;
  readonly registries?: string;
  /** Registry for rules whose target is empty (image-syncer, image-migrator). */
  readonly registry?: string;
  /** Namespace for rules whose target is empty. */
  readonly namespace?: string;
}

/** Adds the flags that name configuration files. */
export function addConfigFlags(command: Command): Command {
  return command
    .addOption(new Option("-c, --config <file>", "configuration file; - is standard input"))
    .addOption(new Option("--images <file>", "rules file of image-syncer or image-migrator"))
    .addOption(new Option("--auth <file>", "credentials file of image-syncer or image-migrator"))
    .addOption(new Option("--registries <file>", "settings of registries: endpoints, TLS, limits"))
    .addOption(new Option("--registry <host>", "registry of rules whose target is empty"))
    .addOption(new Option("--namespace <path>", "namespace of rules whose target is empty"));
}
