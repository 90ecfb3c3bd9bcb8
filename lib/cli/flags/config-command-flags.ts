import { type Command, Option } from "commander";
import { addConfigFlags, addRuleFlags, type ConfigFlags, type RuleFlags } from "./config-flags.ts";
import { addOutputFlags, type OutputFlags, outputFlag } from "./output-flags.ts";

/** Flags of `config validate`. */
export interface ConfigValidateFlags extends ConfigFlags, OutputFlags {}

/** How a configuration is written. */
interface DocumentFlags {
  readonly format: "yaml" | "json";
  readonly output?: string;
}

/** Flags of `config show`. */
export interface ConfigShowFlags extends ConfigFlags, DocumentFlags {}

/** Flags of `config import`. */
export interface ConfigImportFlags extends RuleFlags, DocumentFlags {}

/** Adds every flag of `config validate`. */
export function addConfigValidateFlags(command: Command): Command {
  return addOutputFlags(addConfigFlags(command));
}

/** Adds every flag of `config show`. */
export function addConfigShowFlags(command: Command): Command {
  return addDocumentFlags(addConfigFlags(command));
}

/** Adds every flag of `config import`. */
export function addConfigImportFlags(command: Command): Command {
  return addDocumentFlags(addRuleFlags(command));
}

function addDocumentFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--format <format>", "how it is written")
        .choices(["yaml", "json"])
        .default("yaml"),
    )
    .addOption(outputFlag());
}
