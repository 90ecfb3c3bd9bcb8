import { type Command, Option } from "commander";
import { registriesFlag } from "./config-flags.ts";

/** Flags of `login`. */
export interface LoginFlags {
  readonly username?: string;
  readonly passwordStdin?: boolean;
  readonly authfile?: string;
  readonly registries?: string;
}

/** Adds the flags of `login`; there is none for the password, which everybody could see. */
export function addLoginFlags(command: Command): Command {
  return command
    .addOption(new Option("-u, --username <name>", "user; asked for when left out"))
    .addOption(new Option("--password-stdin", "read the password from standard input"))
    .addOption(registriesFlag())
    .addOption(new Option("--authfile <file>", "docker config file to write"));
}
