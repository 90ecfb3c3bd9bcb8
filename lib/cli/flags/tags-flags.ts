import type { Command } from "commander";
import { addConfigFlags, type ConfigFlags } from "./config-flags.ts";
import { addOutputFlags, type OutputFlags } from "./output-flags.ts";
import { addRunFlags, type RunFlags } from "./run-flags.ts";

/** Flags of `tags`. */
export interface TagsFlags extends ConfigFlags, RunFlags, OutputFlags {}

/** Adds every flag of `tags`. */
export function addTagsFlags(command: Command): Command {
  return addOutputFlags(addRunFlags(addConfigFlags(command)));
}
