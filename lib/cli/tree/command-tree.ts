import type { Command } from "commander";
import type { CliContext } from "../cli-context.ts";

/** The tree of commands while it grows. */
export interface CommandTree {
  readonly program: Command;
  readonly context: CliContext;
  /** Takes the exit code of the command that ran. */
  finish(exitCode: number): void;
}
