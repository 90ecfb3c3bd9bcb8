import { Argument } from "commander";
import { SHELLS, type Shell } from "../completion/shell.ts";
import { addLoginFlags, type LoginFlags } from "../flags/login-flags.ts";
import { addOutputFlags, type OutputFlags } from "../flags/output-flags.ts";
import { addTokenFlags, type TokenFlags } from "../flags/token-flags.ts";
import type { CommandTree } from "./command-tree.ts";

/** Adds the commands about the user and about imageferry itself. */
export function addOwnCommands({ program, context, finish }: CommandTree): void {
  addLoginFlags(program.command("login"))
    .description("store a user and password for a registry, once it has accepted them")
    .argument("[registry]", "its host; Docker Hub when left out")
    .action(async (registry: string | undefined, flags: LoginFlags) => {
      const { runLogin } = await import("../commands/login.ts");
      finish(await runLogin(registry, flags, context));
    });
  program
    .command("logout")
    .description("forget the user and password of a registry")
    .argument("[registry]", "its host; Docker Hub when left out")
    .option("--authfile <file>", "docker config file to change")
    .action(async (registry: string | undefined, flags: Pick<LoginFlags, "authfile">) => {
      const { runLogout } = await import("../commands/logout.ts");
      finish(await runLogout(registry, flags, context));
    });
  addTokenFlags(program.command("token"))
    .description("make a token for the HTTP API, and the entry of the configuration for it")
    .argument("<name>", "who gets it; stands in logs")
    .action(async (name: string, flags: TokenFlags) => {
      const { runToken } = await import("../commands/token.ts");
      finish(await runToken(name, flags, context));
    });
  program
    .command("completion")
    .description("write a completion script for a shell")
    .addArgument(new Argument("<shell>", "which one").choices(SHELLS))
    .action(async (shell: Shell) => {
      const { runCompletion } = await import("../commands/completion.ts");
      runCompletion(shell, program, context);
    });
  addOutputFlags(program.command("version"))
    .description("tell which imageferry this is")
    .action(async (flags: OutputFlags) => {
      const { runVersion } = await import("../commands/version.ts");
      runVersion(flags, context);
    });
}
