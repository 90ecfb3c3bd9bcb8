import {
  addConfigShowFlags,
  addConfigValidateFlags,
  type ConfigShowFlags,
  type ConfigValidateFlags,
} from "../flags/config-command-flags.ts";
import type { CommandTree } from "./command-tree.ts";

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
  addConfigShowFlags(config.command("import"))
    .description("turn another tool's configuration into imageferry's own")
    .argument("[file]", "of image-syncer, image-migrator, regsync or skopeo sync")
    .action(async (file: string | undefined, flags: ConfigShowFlags) => {
      const { runConfigImport } = await import("../commands/config-import.ts");
      finish(await runConfigImport(file, flags, context));
    });
}
