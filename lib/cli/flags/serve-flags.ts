import { type Command, Option } from "commander";
import { LOG_LEVELS, type LogLevel } from "../../observe/event-record.ts";
import { addConfigFlags, type ConfigFlags } from "./config-flags.ts";
import { wholeNumber } from "./flag-value.ts";
import { authfileFlag, type StateFlags } from "./run-flags.ts";

/** Flags of `serve`. */
export interface ServeFlags extends ConfigFlags, StateFlags {
  readonly listen: string;
  /** Seconds. */
  readonly grace: number;
  readonly jobs: number;
  readonly logLevel: LogLevel;
}

const JOBS = 32;
const GRACE_SECONDS = 30;

/** Adds every flag of `serve`. */
export function addServeFlags(command: Command): Command {
  return addConfigFlags(command)
    .addOption(
      new Option("--listen <address>", "host:port of API, webhooks and pages").default(
        "127.0.0.1:8080",
      ),
    )
    .addOption(
      new Option("--state <file>", "where runs and finished work are kept: a file or :memory:"),
    )
    .addOption(authfileFlag())
    .addOption(
      new Option("-j, --jobs <count>", "tags at once").argParser(wholeNumber(1)).default(JOBS),
    )
    .addOption(
      new Option("--grace <seconds>", "time for work to stop at a safe point")
        .argParser(wholeNumber(0))
        .default(GRACE_SECONDS),
    )
    .addOption(
      new Option("--log-level <level>", "least level of the log on standard error")
        .choices(LOG_LEVELS)
        .default("info"),
    );
}
