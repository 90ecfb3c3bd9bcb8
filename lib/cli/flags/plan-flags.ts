import { type Command, Option } from "commander";
import { addConfigFlags, type ConfigFlags } from "./config-flags.ts";
import { addCopyFlags, addTagFlags, type CopyFlags, type TagFlags } from "./copy-flags.ts";
import { addOutputFlags, type OutputFlags } from "./output-flags.ts";
import { addCompareFlags, type StateFlags } from "./run-flags.ts";

/** Flags of `plan`. */
export interface PlanFlags extends ConfigFlags, CopyFlags, TagFlags, StateFlags, OutputFlags {
  readonly offline?: boolean;
  readonly cost?: boolean;
}

/** Adds every flag of `plan`. */
export function addPlanFlags(command: Command): Command {
  return addOutputFlags(addCompareFlags(addTagFlags(addCopyFlags(addConfigFlags(command)))))
    .addOption(new Option("--offline", "expand rules without asking the targets"))
    .addOption(new Option("--cost", "estimate what a serverless run of it would cost"));
}
