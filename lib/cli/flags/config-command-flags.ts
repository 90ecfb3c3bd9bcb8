import { type Command, Option } from "commander";
import { addConfigFlags, type ConfigFlags } from "./config-flags.ts";
import { addOutputFlags, type OutputFlags } from "./output-flags.ts";

/** Flags of `config validate`. */
export interface ConfigValidateFlags extends ConfigFlags, OutputFlags {}

/** Flags of `config show` and `config import`. */
export interface ConfigShowFlags extends ConfigFlags {
  readonly format: "yaml" | "json";
  readonly output?: string;
}

/** Adds every flag of `config validate`. */
export function addConfigValidateFlags(command: Command): Command {
  return addOutputFlags(addConfigFlags(command));
}

/** Adds every flag of `config show` and `config import`. */
export function addConfigShowFlags(command: Command): Command {
  return addConfigFlags(command)
    .addOption(
      new Option("--format <format>", "how it is written")
        .choices(["yaml", "json"])
        .default("yaml"),
    )
    .addOption(new Option("-o, --output <file>", "write it there, not to standard output"));
}
