import { type Command, Option } from "commander";
import { wholeNumber } from "./flag-value.ts";

/** Where credentials are kept. */
export interface AccountFlags {
  readonly authfile?: string;
}

/** Where finished work is remembered, and credentials are kept. */
export interface StateFlags extends AccountFlags {
  readonly state?: string;
}

/** How hard the machine works, besides. */
export interface RunFlags extends StateFlags {
  readonly jobs?: number;
  readonly retries: number;
}

const RETRIES_DEFAULT = 2;

/** Adds the flags of commands that copy. */
export function addRunFlags(command: Command): Command {
  addStateFlags(command);
  for (const flag of effortFlags()) command.addOption(flag);
  return command;
}

/** Adds the flags of commands that compare; a copying command's line is taken as it is. */
export function addCompareFlags(command: Command): Command {
  addStateFlags(command);
  for (const flag of effortFlags()) command.addOption(flag.hideHelp());
  return command;
}

/** The flag for docker's file of credentials. */
export function authfileFlag(): Option {
  return new Option("--authfile <file>", "docker config file with credentials");
}

/** The flag for the place where finished work is remembered. */
export function stateFlag(): Option {
  return new Option(
    "--state <place>",
    "where finished work is remembered: a file, a cloud's table or :memory:",
  );
}

function addStateFlags(command: Command): Command {
  return command.addOption(stateFlag()).addOption(authfileFlag());
}

function effortFlags(): Option[] {
  return [
    new Option("-j, --jobs <count>", "tags at once").argParser(wholeNumber(1)),
    new JobsAlias("-p, --proc <count>"),
    new JobsAlias("-w, --workers <count>"),
    new Option("-r, --retries <count>", "rounds for failed tags, after all others")
      .argParser(wholeNumber(0))
      .default(RETRIES_DEFAULT),
  ];
}

/** The name image-syncer (`--proc`) or image-migrator (`--workers`) has for `--jobs`. */
class JobsAlias extends Option {
  constructor(flags: string) {
    super(flags, "same as --jobs");
    this.argParser(wholeNumber(1));
  }

  override attributeName(): string {
    return "jobs";
  }
}
