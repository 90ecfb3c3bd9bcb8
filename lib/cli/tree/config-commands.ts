import {
  addConfigImportFlags,
  addConfigShowFlags,
  addConfigValidateFlags,
  type ConfigImportFlags,
  type ConfigShowFlags,
  type ConfigValidateFlags,
} from "../flags/config-command-flags.ts";
import type { CommandTree } from "./command-tree.ts";

const AFTER_IMPORT = `
A file of skopeo sync does not say where images go: name it with --registry and --namespace.`;

/** Adds the commands about configuration files. */
export function addConfigCommands({ program, context, finish }: CommandTree): void {
  const config = program.command("config").description("check, show and import configurations");
  addConfigValidateFlags(config.command("validate"))
    .description("check a configuration without asking any registry")
    .action(async (flags: ConfigValidateFlags) => {
      const { runConfigValidate } = await import("../commands/config-validate.ts");
      finish(await runConfigValidate(flags, context));
    });
  addConfigShowFlags(config.command("show"))
    .description("show what a configuration means, secrets masked")
    .action(async (flags: ConfigShowFlags) => {
      const { runConfigShow } = await import("../commands/config-show.ts");
      finish(await runConfigShow(flags, context));
    });
  addConfigImportFlags(config.command("import"))
    .description("turn another tool's configuration into imageferry's own")
    .argument("[file]", "of image-syncer, image-migrator, regsync or skopeo sync")
    .addHelpText("after", AFTER_IMPORT)
    .action(async (file: string | undefined, flags: ConfigImportFlags) => {
      const { runConfigImport } = await import("../commands/config-import.ts");
      finish(await runConfigImport(file, flags, context));
    });
}
