import type { Command } from "commander";
import { addOutputFlags, type OutputFlags } from "./output-flags.ts";
import { stateFlag } from "./run-flags.ts";

/** Flags of `state init`. */
export interface StateInitFlags extends OutputFlags {
  readonly state?: string;
}

/** Adds every flag of `state init`. */
export function addStateInitFlags(command: Command): Command {
  return addOutputFlags(command).addOption(stateFlag());
}
