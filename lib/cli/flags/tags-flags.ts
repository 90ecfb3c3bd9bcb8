import type { Command } from "commander";
import { addRegistryFlags, type RegistryFlags } from "./config-flags.ts";
import { addOutputFlags, type OutputFlags } from "./output-flags.ts";
import { type AccountFlags, authfileFlag } from "./run-flags.ts";

/** Flags of `tags`. */
export interface TagsFlags extends RegistryFlags, AccountFlags, OutputFlags {}

/** Adds every flag of `tags`. */
export function addTagsFlags(command: Command): Command {
  return addOutputFlags(addRegistryFlags(command).addOption(authfileFlag()));
}
