import { type Command, Option } from "commander";
import type { RulesFileFlags } from "../rules-files.ts";
import {
  addConfigFlags,
  addRegistryFlags,
  type ConfigFlags,
  type RegistryFlags,
} from "./config-flags.ts";
import { addCopyFlags, addTagFlags, type CopyFlags, type TagFlags } from "./copy-flags.ts";
import { addProgressFlags, type ProgressFlags } from "./output-flags.ts";
import { addRunFlags, type RunFlags } from "./run-flags.ts";

/** Flags of every command that copies. */
export interface CopyingFlags extends CopyFlags, TagFlags, RunFlags, ProgressFlags, RulesFileFlags {
  readonly dryRun?: boolean;
  readonly offline?: boolean;
  readonly failFast?: boolean;
}

/** Flags of `sync`. */
export interface SyncFlags extends ConfigFlags, CopyingFlags {
  /** Of image-syncer 1.0; has no meaning here. */
  readonly records?: string;
}

/** Flags of `copy`. */
export interface CopyCommandFlags extends RegistryFlags, CopyingFlags {
  readonly allTags?: boolean;
}

/** Adds every flag of `sync`. */
export function addSyncFlags(command: Command): Command {
  return addCopyingFlags(addConfigFlags(command)).addOption(
    new Option("--records <file>", "not needed any more").hideHelp(),
  );
}

/** Adds every flag of `copy`. */
export function addCopyCommandFlags(command: Command): Command {
  return addCopyingFlags(addRegistryFlags(command)).addOption(
    new Option("-a, --all-tags", "every tag of the repository, or those the tag flags leave"),
  );
}

function addCopyingFlags(command: Command): Command {
  return addRulesFileFlags(addProgressFlags(addRunFlags(addTagFlags(addCopyFlags(command)))))
    .addOption(new Option("--dry-run", "tell what would be done, and change nothing"))
    .addOption(new Option("--offline", "with --dry-run: do not ask the targets"))
    .addOption(new Option("--fail-fast", "stop once a tag has failed"));
}

/** Adds the flags that ask for files of rules. */
export function addRulesFileFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--output-failed <file>", "write what is left as a rules file to run again"),
    )
    .addOption(
      new Option("--output-success-images <file>", "write what was copied as a rules file"),
    )
    .addOption(
      new Option(
        "--output-images-format <format>",
        "of both files; default: by the file's name",
      ).choices(["yaml", "json"]),
    );
}
