import { type Command, Option } from "commander";
import { LOG_LEVELS, type LogLevel } from "../../observe/event-record.ts";
import type { ColorChoice } from "../output/paint.ts";

/** How a command shows its data. */
export interface OutputFlags {
  readonly format: "text" | "json" | "ndjson";
  readonly output?: string;
  readonly color: ColorChoice;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** How a run shows what goes on. */
export interface ProgressFlags extends OutputFlags {
  /** `false` by `--no-progress`. */
  readonly progress: boolean;
  readonly log?: string;
  readonly logLevel?: LogLevel;
}

/** Adds the flags of a command that gives one document. */
export function addOutputFlags(command: Command): Command {
  return addFormat(command, ["text", "json"], "where errors arose");
}

/** Adds the flags of a command that runs for long. */
export function addProgressFlags(command: Command): Command {
  return addFormat(
    command,
    ["text", "json", "ndjson"],
    "a log of what is done, and where errors arose",
  )
    .addOption(new Option("--no-progress", "no bars, only lines"))
    .addOption(new Option("--log <file>", "write a log of JSON lines; the file is emptied first"))
    .addOption(new Option("--log-level <level>", "least level of the log").choices(LOG_LEVELS));
}

/** The flag for the file that takes the data. */
export function outputFlag(): Option {
  return new Option("-o, --output <file>", "write data there; - is standard output");
}

function addFormat(command: Command, formats: readonly string[], verbose: string): Command {
  return command
    .addOption(
      new Option("--format <format>", "how data is written").choices(formats).default("text"),
    )
    .addOption(outputFlag())
    .addOption(
      new Option("--color <when>", "colours").choices(["auto", "always", "never"]).default("auto"),
    )
    .addOption(new Option("-q, --quiet", "only data and errors"))
    .addOption(new Option("-v, --verbose", `also ${verbose}`));
}
