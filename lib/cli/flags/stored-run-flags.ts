import { type Command, Option } from "commander";
import type { RulesFileFlags } from "../rules-files.ts";
import { addRegistryFlags, type RegistryFlags } from "./config-flags.ts";
import { wholeNumber } from "./flag-value.ts";
import {
  addOutputFlags,
  addProgressFlags,
  type OutputFlags,
  type ProgressFlags,
} from "./output-flags.ts";
import { addRunFlags, type RunFlags, stateFlag } from "./run-flags.ts";
import { addRulesFileFlags } from "./sync-flags.ts";

/** Flags of `retry`. */
export interface RetryFlags extends RegistryFlags, RunFlags, ProgressFlags, RulesFileFlags {}

/** Flags of `report`. */
export interface ReportFlags extends OutputFlags {
  readonly state?: string;
}

/** Flags of `status`. */
export interface StatusFlags extends ReportFlags {
  readonly limit: number;
}

const RUNS_SHOWN = 20;

/** Adds every flag of `retry`. */
export function addRetryFlags(command: Command): Command {
  return addRulesFileFlags(addProgressFlags(addRunFlags(addRegistryFlags(command))));
}

/** Adds every flag of `report`. */
export function addReportFlags(command: Command): Command {
  return addOutputFlags(command).addOption(stateFlag());
}

/** Adds every flag of `status`. */
export function addStatusFlags(command: Command): Command {
  return addReportFlags(command).addOption(
    new Option("--limit <count>", "newest runs to show")
      .argParser(wholeNumber(1))
      .default(RUNS_SHOWN),
  );
}
