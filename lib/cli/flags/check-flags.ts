import { type Command, Option } from "commander";
import { addConfigFlags, type ConfigFlags } from "./config-flags.ts";
import { addCopyFlags, addTagFlags, type CopyFlags, type TagFlags } from "./copy-flags.ts";
import { addProgressFlags, type ProgressFlags } from "./output-flags.ts";
import { addRunFlags, type RunFlags } from "./run-flags.ts";

/** Flags of `check`. */
export interface CheckFlags extends ConfigFlags, CopyFlags, TagFlags, RunFlags, ProgressFlags {
  readonly deep?: boolean;
  readonly readData?: boolean;
  readonly repair?: boolean;
}

/** Adds every flag of `check`. */
export function addCheckFlags(command: Command): Command {
  return addProgressFlags(addRunFlags(addTagFlags(addCopyFlags(addConfigFlags(command)))))
    .addOption(new Option("--deep", "look at every manifest and blob of the targets, too"))
    .addOption(new Option("--read-data", "the same, and read every blob and hash it"))
    .addOption(new Option("--repair", "copy what differs, then look at it again"));
}
