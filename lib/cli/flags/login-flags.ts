import { type Command, Option } from "commander";
import { addRegistrySettingsFlags, type RegistrySettingsFlags } from "./config-flags.ts";

/** Flags of `login`. */
export interface LoginFlags extends RegistrySettingsFlags {
  readonly username?: string;
  readonly passwordStdin?: boolean;
  readonly authfile?: string;
}

/** Adds the flags of `login`; there is none for the password, which everybody could see. */
export function addLoginFlags(command: Command): Command {
  const credentialFlags = command
    .addOption(new Option("-u, --username <name>", "user; asked for when left out"))
    .addOption(new Option("--password-stdin", "read the password from standard input"))
    .addOption(new Option("--authfile <file>", "docker config file to write"));
  return addRegistrySettingsFlags(credentialFlags);
}
