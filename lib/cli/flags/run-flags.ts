import { type Command, Option } from "commander";
import { wholeNumber } from "./flag-value.ts";

/** Where state and credentials are kept, and how hard the machine works. */
export interface RunFlags {
  readonly state?: string;
  readonly authfile?: string;
  readonly jobs?: number;
  readonly retries: number;
}

const RETRIES_DEFAULT = 2;

/** Adds the flags every command that talks to registries has. */
export function addRunFlags(command: Command): Command {
  return command
    .addOption(new Option("--state <file>", "where finished work is remembered; or :memory:"))
    .addOption(new Option("--authfile <file>", "docker config file with credentials"))
    .addOption(new Option("-j, --jobs <count>", "tags at once").argParser(wholeNumber(1)))
    .addOption(new JobsAlias("-p, --proc <count>"))
    .addOption(new JobsAlias("-w, --workers <count>"))
    .addOption(
      new Option("-r, --retries <count>", "rounds for failed tags, after all others")
        .argParser(wholeNumber(0))
        .default(RETRIES_DEFAULT),
    );
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
