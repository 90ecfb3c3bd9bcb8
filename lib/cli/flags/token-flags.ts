import { type Command, Option } from "commander";
import { addOutputFlags, type OutputFlags } from "./output-flags.ts";

const SCOPES = ["read", "run", "admin"] as const;

/** Flags of `token`. */
export interface TokenFlags extends OutputFlags {
  readonly scope: (typeof SCOPES)[number];
  readonly expires?: string;
}

/** Adds every flag of `token`. */
export function addTokenFlags(command: Command): Command {
  return addOutputFlags(command)
    .addOption(
      new Option("--scope <scope>", "what its owner may do").choices(SCOPES).default("read"),
    )
    .addOption(new Option("--expires <date>", "when it ends: 2027-06-30; never when left out"));
}
